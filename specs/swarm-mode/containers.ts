import { expect } from 'vitest';
import type { Container } from '../../helpers/docker/containers/container.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import { ping } from '../../helpers/docker/containers/ping.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';
import { fetchText } from '../seed/fetch-text.ts';

/**
 * A command that runs until it is stopped, and then exits immediately, although the first process of a container
 * ignores SIGTERM by default. It installs all of busybox's programs first.
 */
const stay =
  'busybox --install -s /bin; trap "exit 0" TERM; while :; do busybox sleep 1 & wait; done';

export const staysUp: readonly string[] = ['sh', '-c', stay];

/** The same command, which also answers HTTP on port 80 with its hostname: the first 12 characters of its ID. */
export const answersHttp: readonly string[] = [
  'sh',
  '-c',
  `busybox mkdir /www; busybox hostname >/www/index.html; busybox httpd -p 80 -h /www; ${stay}`,
];

/** Runs a container on a network, at an address if one is given. */
export async function runOn(
  engine: Engine,
  network: string,
  name: string,
  address?: string,
): Promise<Container> {
  const place = address === undefined ? { network } : { network, address };
  return await engine.containers.run({ ...place, name, image: BUSYBOX, command: staysUp });
}

/** Returns the IPv4 addresses to which the engine's own DNS server resolves a name in a container, in order. */
async function lookUp(container: Container, name: string): Promise<string[]> {
  // Without egress, the engine's DNS server does not answer queries for unknown names.
  const patience = ['-retry=1', '-timeout=1'];
  const { stdout } = await container.exec(['nslookup', '-type=a', ...patience, name]);
  const [, ...answers] = stdout.split(/^Name:/m);
  return answers.flatMap((text) => /Address(?: \d+)?: ([\d.]+)/.exec(text)?.[1] ?? []).sort();
}

/**
 * Waits until a name resolves to exactly these addresses in a container.
 *
 * @param addresses the addresses, or a function that returns their current value
 */
export async function waitForName(
  container: Container,
  name: string,
  addresses: readonly string[] | (() => Promise<readonly string[]>),
): Promise<void> {
  await waitFor(
    `${container.name}: ${name} resolves to the address of each of its containers`,
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
 * Expects a reply to each packet from exactly that address. The first reply may be late, because names and kernel
 * entries arrive in different messages.
 */
export async function expectReply(from: Container, target: string, address: string): Promise<void> {
  await waitFor(
    `${from.name}: ${target} replies to a ping`,
    async () => {
      const { received, transcript } = await ping(from, target, { count: 1, wait: 1 });
      return received === 1 ? done(undefined) : notYet(transcript);
    },
    { limit: 30_000 },
  );
  const { transcript, ...report } = await ping(from, target, { count: 2 });
  expect(report, transcript).toMatchObject({ received: 2, from: [address] });
}

/** Sends a request from a container; returns the answer or the error. */
export async function askHttp(container: Container, url: string): Promise<string> {
  const { stdout, stderr } = await container.exec(['wget', '-q', '-T', '2', '-O', '-', url]);
  return (stdout === '' ? stderr : stdout).trim();
}

/** Waits until a container gets an answer: a container runs a moment before its program listens. */
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

/** Waits until a machine answers on a published port from outside, and returns the answer. */
export async function waitForPort({ machine }: Engine, port: number): Promise<string> {
  return await waitFor(
    `${machine.name}: port ${port} answers`,
    async () => done((await fetchText(`http://${machine.address}:${port}/`)).body.trim()),
    { limit: 60_000 },
  );
}
