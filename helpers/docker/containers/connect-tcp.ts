import { HarnessError } from '../../process/errors/harness-error.ts';
import type { Container } from './container.ts';

export interface TcpAttempt {
  /** The IPv4 address; names are resolved before. */
  readonly address: string;
  readonly port: number;
  /** The data to send after the connection; then all data is read until the other side closes it. */
  readonly request?: string;
  /** In seconds, for everything. Default: 5. */
  readonly within?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface TcpResult {
  readonly connected: boolean;
  /** The data that the other side sent. */
  readonly answer: string;
  /**
   * The problem in the kernel's words, in lower case: "connection refused after 0.4 ms"; undefined without one.
   */
  readonly problem: string | undefined;
  readonly transcript: string;
}

/** bash connects itself, without another program, and reports the time on standard error. */
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

/** The exit codes of `timeout` after its limit, of coreutils and busybox, old and new. */
const TIMED_OUT = [124, 143];

/**
 * Connects over TCP from a container, as its programs would. A refused or unanswered connection is a result (see
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
      observed: 'the image has no bash, or no timeout',
      hint: 'use an image with both (Debian: bash, coreutils)',
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
      ? `connected, not closed within ${how.within} s`
      : `no answer within ${how.within} s`;
  }
  const [, said = 'the command failed'] =
    /(?:connect|\/dev\/tcp\/[^:]*): (.+)$/m.exec(stderr) ?? [];
  const milliseconds = Number(how.microseconds) / 1000;
  return `${said.charAt(0).toLowerCase()}${said.slice(1)} after ${milliseconds.toFixed(1)} ms`;
}
