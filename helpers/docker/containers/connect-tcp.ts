import { HarnessError } from '../../process/errors/harness-error.ts';
import type { Container } from './container.ts';

export interface TcpAttempt {
  /** An IPv4 address: what a name stands for is asked before. */
  readonly address: string;
  readonly port: number;
  /** Sent as soon as it is connected; then all is read until the other side ends it. */
  readonly request?: string;
  /** Seconds for all of it; 5 when absent. */
  readonly within?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface TcpResult {
  readonly connected: boolean;
  /** What the other side sent. */
  readonly answer: string;
  /** What went wrong, in the kernel's own words, small: «connection refused after 0.4 ms»; undefined when nothing did. */
  readonly problem: string | undefined;
  readonly transcript: string;
}

/** bash connects by itself, without any other program. It tells when on standard error. */
const CONNECT = `
now() { echo "\${EPOCHREALTIME//[!0-9]/}"; }
begin=$(now)
exec 3<>"/dev/tcp/$1/$2"
code=$?
echo "code $code after $(( $(now) - begin )) µs" >&2
[ "$code" = 0 ] || exit 1
[ "$#" -ge 3 ] || exit 0
printf %s "$3" >&3
cat <&3`;

/** What `timeout` ends with when the time is over: coreutils' and busybox', old and new. */
const TIMED_OUT = [124, 143];

/**
 * Connects over TCP from inside of a container, as its programs would. That nobody listens or answers is an answer (see
 * `problem`); a container without bash and timeout is an error.
 */
export async function connectTcp(container: Container, attempt: TcpAttempt): Promise<TcpResult> {
  const { address, port, request, within = 5, signal } = attempt;
  const words = [address, `${port}`, ...(request === undefined ? [] : [request])];
  const { exitCode, stdout, stderr } = await container.exec(
    ['timeout', `${within}`, 'bash', '-c', CONNECT, 'bash', ...words],
    { limit: within * 1000 + 30_000, signal },
  );
  const [, code, microseconds = ''] = /^code (\d+) after (\d+) µs$/m.exec(stderr) ?? [];
  const connected = code === '0';
  const transcript = [
    `$ timeout ${within} bash -c 'exec 3<>/dev/tcp/${address}/${port}'`,
    ...(request === undefined ? [] : [request.trimEnd()]),
    [stdout, stderr].filter((text) => text !== '').join('\n'),
  ].join('\n');
  if (code === undefined && !TIMED_OUT.includes(exitCode)) {
    throw new HarnessError({
      code: 'container-unsuitable',
      tried: `${container.machine.name}: connect to ${address}:${port} from ${container.name}`,
      observed: 'it has no bash, or no timeout',
      remedy: 'take an image with both (Debian: bash, coreutils)',
      evidence: transcript,
    });
  }
  const problem =
    connected && exitCode === 0
      ? undefined
      : describe(stderr, { exitCode, connected, within, microseconds });
  return { connected, answer: stdout, problem, transcript };
}

function describe(
  stderr: string,
  how: { exitCode: number; connected: boolean; within: number; microseconds: string },
): string {
  if (TIMED_OUT.includes(how.exitCode)) {
    return how.connected
      ? `connected, no end within ${how.within} s`
      : `no answer within ${how.within} s`;
  }
  const [, said = 'it failed'] = /(?:connect|\/dev\/tcp\/[^:]*): (.+)$/m.exec(stderr) ?? [];
  const milliseconds = Number(how.microseconds) / 1000;
  return `${said.charAt(0).toLowerCase()}${said.slice(1)} after ${milliseconds.toFixed(1)} ms`;
}
