import { expect } from 'vitest';
import type { Container } from '../../helpers/docker/containers/container.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import { ping } from '../../helpers/docker/containers/ping.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';
import { fetchText } from '../seed/fetch-text.ts';

/**
 * Lives until it is told to end; then at once, where the first process of a container has no default for SIGTERM. Gives
 * all of busybox' programs their names first.
 */
const stay =
  'busybox --install -s /bin; trap "exit 0" TERM; while :; do busybox sleep 1 & wait; done';

export const staysUp: readonly string[] = ['sh', '-c', stay];

/** The same, and answers HTTP on port 80 with its hostname: the first 12 characters of its id. */
export const answersHttp: readonly string[] = [
  'sh',
  '-c',
  `busybox mkdir /www; busybox hostname >/www/index.html; busybox httpd -p 80 -h /www; ${stay}`,
];

/** A plain container on that network, at that address if one is given. */
export async function runOn(
  engine: Engine,
  network: string,
  name: string,
  address?: string,
): Promise<Container> {
  const place = address === undefined ? { network } : { network, address };
  return await engine.containers.run({ ...place, name, image: BUSYBOX, command: staysUp });
}

/** The IPv4 addresses that the engine's own name server gives for the name, in that container, in order. */
async function lookUp(container: Container, name: string): Promise<string[]> {
  // Without a way out the engine's name server keeps silent about a name that it does not know.
  const patience = ['-retry=1', '-timeout=1'];
  const { stdout } = await container.exec(['nslookup', '-type=a', ...patience, name]);
  const [, ...answers] = stdout.split(/^Name:/m);
  return answers.flatMap((text) => /Address(?: \d+)?: ([\d.]+)/.exec(text)?.[1] ?? []).sort();
}

/**
 * Returns once the name is exactly these addresses there.
 *
 * @param addresses or how to find out, each time anew, what they are by then
 */
export async function waitForName(
  container: Container,
  name: string,
  addresses: readonly string[] | (() => Promise<readonly string[]>),
): Promise<void> {
  await waitFor(
    `${container.name}: ${name} is the address of each of its containers`,
    async () => {
      const all = typeof addresses === 'function' ? await addresses() : addresses;
      const wanted = all.toSorted().join(', ');
      const found = (await lookUp(container, name)).join(', ');
      return found === wanted ? done(undefined) : notYet(`${found || 'unknown'}, not ${wanted}`);
    },
    { limit: 60_000 },
  );
}

/**
 * Every packet comes back from that very address. The first one may come late: names and the kernel's entries travel in
 * messages of their own.
 */
export async function expectReply(from: Container, target: string, address: string): Promise<void> {
  await waitFor(
    `${from.name}: ${target} answers a ping`,
    async () => {
      const { received, transcript } = await ping(from, target, { count: 1, wait: 1 });
      return received === 1 ? done(undefined) : notYet(transcript);
    },
    { limit: 30_000 },
  );
  const { transcript, ...report } = await ping(from, target, { count: 2 });
  expect(report, transcript).toMatchObject({ received: 2, from: [address] });
}

/** What is answered to that container, or why nothing is. */
export async function askHttp(container: Container, url: string): Promise<string> {
  const { stdout, stderr } = await container.exec(['wget', '-q', '-T', '2', '-O', '-', url]);
  return (stdout === '' ? stderr : stdout).trim();
}

/** Returns once that container is answered so: a container runs a moment before its program listens. */
export async function waitForAnswer(
  container: Container,
  url: string,
  wanted: string,
): Promise<void> {
  await waitFor(
    `${container.name}: ${url} answers ${wanted}`,
    async () => {
      const answer = await askHttp(container, url);
      return answer === wanted ? done(undefined) : notYet(answer);
    },
    { limit: 60_000 },
  );
}

/** What a machine answers on a published port from outside, as soon as it does. */
export async function waitForPort({ machine }: Engine, port: number): Promise<string> {
  return await waitFor(
    `${machine.name}: port ${port} answers`,
    async () => done((await fetchText(`http://${machine.address}:${port}/`)).body.trim()),
    { limit: 60_000 },
  );
}
