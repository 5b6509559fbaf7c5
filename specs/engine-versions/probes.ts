import { uptime } from 'node:os';
import type { Container } from '../../helpers/docker/containers/container.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';

/**
 * Sends one packet after the other to the peer, by name. Prints a line for each with the kernel's time and the result.
 */
const PROBE = `
busybox --install -s /bin 2>/dev/null
trap 'exit 0' TERM
while :; do
  if ping -c 1 -W 1 "$PEER" >/dev/null 2>&1; then end=answered; else end=lost; fi
  read -r now rest </proc/uptime
  echo "$now $end"
  sleep 0.1 & wait $!
done`;

/** Starts a container that pings another one continuously, and restarts with its engine. */
export async function startProbe(
  engine: Engine,
  { name, network, peer }: { name: string; network: string; peer: string },
): Promise<Container> {
  return await engine.containers.run({
    name,
    network,
    image: BUSYBOX,
    command: ['sh', '-c', PROBE],
    restart: 'always',
    // The engine's name server does not answer for unknown names.
    env: { PEER: peer, RES_OPTIONS: 'timeout:1 attempts:1' },
  });
}

export interface Probe {
  /** Seconds since the start of the kernel, which all machines share. */
  readonly at: number;
  readonly answered: boolean;
}

/** Returns all probes of a container so far. */
export async function readProbes(container: Container): Promise<Probe[]> {
  const log = await container.logs();
  return [...log.matchAll(/^([\d.]+) (answered|lost)$/gm)].map(([, at, end]) => ({
    at: Number(at),
    answered: end === 'answered',
  }));
}

/** Returns the kernel's time in the format of the probes. */
export function kernelTime(): number {
  return uptime();
}

/** Waits until the probe has received three answers in a row after a moment. */
export async function waitForAnswers(container: Container, after: number): Promise<void> {
  await waitFor(
    `${container.name}: answers of its peer`,
    async () => {
      const last = (await readProbes(container)).slice(-3);
      const fresh = last.filter(({ at, answered }) => answered && at > after);
      return fresh.length === 3
        ? done(undefined)
        : notYet(last.map(({ at, answered }) => `${at} ${answered}`).join(', ') || 'no probe yet');
    },
    { limit: 120_000, every: 200 },
  );
}

export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** Returns the longest time between two answers within an interval. */
export function longestGap(probes: readonly Probe[], from: number, to: number): Gap {
  const answers = probes.filter(({ answered }) => answered).map(({ at }) => at);
  const gaps = answers.slice(1).map((at, index) => ({ from: answers[index] ?? at, to: at }));
  return gaps
    .filter((gap) => gap.to >= from && gap.from <= to)
    .reduce((one, other) => (other.to - other.from > one.to - one.from ? other : one), {
      from,
      to: from,
    });
}
