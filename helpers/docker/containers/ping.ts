import { HarnessError } from '../../process/errors/harness-error.ts';
import type { CallOptions } from '../connection.ts';
import type { Container } from './container.ts';
import { parsePing, type PingReport } from './parse-ping.ts';

export interface PingOptions {
  /** Number of packets; default 3. */
  readonly count?: number;
  /** Bytes of payload; the packet is 28 bytes longer. */
  readonly size?: number;
  /** Forbids fragmentation on the path. Requires the ping of iputils. */
  readonly dontFragment?: boolean;
  /** Seconds between two packets; default 0.2. */
  readonly interval?: number;
  /** Seconds to wait for a reply; default 2. */
  readonly wait?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface PingResult extends PingReport {
  readonly lost: number;
  /** The complete output of ping, with its command line. */
  readonly transcript: string;
}

/**
 * Pings from a container. No reply, an unknown name and a packet that is too long are results (see `received` and
 * `problems`); a container without ping is an error.
 *
 * @param target a name, which the container resolves, or an address
 */
export async function ping(
  container: Container,
  target: string,
  { count = 3, size, dontFragment = false, interval = 0.2, wait = 2, signal }: PingOptions = {},
): Promise<PingResult> {
  const argv = [
    'ping',
    `-c${count}`,
    `-i${interval}`,
    `-W${wait}`,
    ...(size === undefined ? [] : [`-s${size}`]),
    ...(dontFragment ? ['-M', 'do'] : []),
    target,
  ] as const satisfies readonly string[];
  // In addition to the packets, the resolver needs time: 5 s for each attempt, and all may fail.
  const limit = Math.ceil((count * (interval + wait) + 30) * 1000);
  const { exitCode, stdout, stderr } = await container.exec(argv, { limit, signal });
  const output = [stdout, stderr].filter((text) => text !== '').join('\n');
  if (exitCode === 126 || exitCode === 127 || /^Usage:|invalid option/m.test(output)) {
    throw new HarnessError({
      code: 'container-unsuitable',
      tried: `${container.machine.name}: ping in ${container.name}`,
      observed: exitCode < 126 ? 'its ping does not support all options' : 'the image has no ping',
      hint: 'use an image with the ping of iputils (Debian: iputils-ping)',
      evidence: output,
    });
  }
  const report = parsePing(output);
  return {
    ...report,
    lost: report.transmitted - report.received,
    transcript: `$ ${argv.join(' ')}\n${output}`,
  };
}

/**
 * Returns the IPv4 addresses of a name in a container, as its programs resolve it; none for an unknown name. Requires
 * `getent`, which every image with glibc has.
 */
export async function resolveName(
  container: Container,
  name: string,
  options: CallOptions = {},
): Promise<string[]> {
  const { exitCode, stdout } = await container.exec(['getent', 'ahostsv4', name], options);
  if (exitCode === 0) {
    return [...new Set(stdout.split('\n').flatMap((line) => /^\d[\d.]+/.exec(line)?.[0] ?? []))];
  }
  // The message of getent: "one or more of the keys are not there".
  if (exitCode === 2) return [];
  throw new HarnessError({
    code: 'container-unsuitable',
    tried: `${container.machine.name}: resolve ${name} in ${container.name}`,
    observed: `getent exited with code ${exitCode}`,
    hint: 'use an image with getent (Debian: libc-bin)',
    evidence: stdout,
  });
}
