import type { MachineProvider } from '../machine/machine.ts';
import { firstLine, HarnessError } from '../process/errors/harness-error.ts';

/** A machine from which requests are sent, instead of from this computer. */
export interface RequestOrigin {
  readonly provider: MachineProvider;
  /** The machine's name. */
  readonly machine: string;
  /** Milliseconds; 10 s by default. */
  readonly limit?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Sends a GET request from inside a machine. Throws if the URL is unreachable. */
export async function getFromMachine(
  origin: RequestOrigin,
  url: string,
): Promise<{ readonly status: number; readonly body: string }> {
  const { hostname, host, port, pathname, search } = new URL(url);
  const requestText = `GET ${pathname}${search} HTTP/1.0\r\nHost: ${host}\r\n\r\n`;
  const place = { address: hostname, port: port === '' ? 80 : Number(port) };
  const answer = (await exchangeFromMachine(origin, place, Buffer.from(requestText))).toString();
  const [, status, body] = /^HTTP\/1\.\d (\d{3}).*?\r\n\r\n(.*)$/s.exec(answer) ?? [];
  if (status !== undefined && body !== undefined) return { status: Number(status), body };
  throw new HarnessError({
    code: 'answer-invalid',
    tried: `${origin.machine}: GET ${url}`,
    observed: `the response is not HTTP: "${firstLine(answer)}"`,
  });
}

/**
 * Sends bytes to a TCP port from inside a machine, and returns the response until the other side closes the connection.
 * The machine needs bash or nc, which machines of all providers have.
 */
export async function exchangeFromMachine(
  { provider, machine, limit = 10_000, signal }: RequestOrigin,
  { address, port }: { readonly address: string; readonly port: number },
  request: Buffer,
): Promise<Buffer> {
  const words = [address, `${port}`, request.reduce((text, byte) => text + octal(byte), '')];
  const title = `${machine}: asks ${address}:${port}`;
  const { stdout } = await provider.run(machine, ['sh', '-c', EXCHANGE, 'ask', ...words], {
    title,
    limit,
    signal,
  });
  return Buffer.from(stdout.replaceAll(/\s/g, ''), 'hex');
}

/** Opens a TCP connection from inside a machine and closes it. Throws if it cannot be opened. */
export async function connectFromMachine(
  { provider, machine, limit = 10_000, signal }: RequestOrigin,
  { address, port }: { readonly address: string; readonly port: number },
): Promise<void> {
  await provider.run(machine, ['sh', '-c', DIAL, 'dial', address, `${port}`], {
    title: `${machine}: connects to ${address}:${port}`,
    limit,
    signal,
  });
}

const DIAL = `
if command -v bash >/dev/null; then exec bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$@"; fi
exec nc -z "$1" "$2"
`;

const EXCHANGE = `
if command -v bash >/dev/null; then
  exec bash -c 'exec 3<>"/dev/tcp/$0/$1" || exit 7; printf "$2" >&3; exec od -A n -v -t x1 -N 4194304 <&3' "$@"
fi
printf "$3" | nc "$1" "$2" | od -A n -v -t x1 -N 4194304
`;

/** Returns a byte as an escape sequence of printf. */
function octal(byte: number): string {
  return `\\${byte.toString(8).padStart(3, '0')}`;
}
