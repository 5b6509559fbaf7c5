import { z } from 'zod';
import { activity } from '../../process/activity.ts';
import { type AgentClient, RESPONSE_MARGIN, type ProbeOptions } from './agent-client.ts';
import { type Namespace, wordOf } from './namespace.ts';

/** A port of an IPv4 address. */
export interface Port {
  readonly protocol: 'tcp' | 'udp';
  /** IPv4 */
  readonly address: string;
  readonly port: number;
}

/** The answer from a port. */
export interface ExchangeResult {
  /** One UDP packet; for TCP all data until the other side closes the connection, 1 MB at most. */
  readonly answer: Buffer;
  /** The error of the kernel: `ECONNREFUSED`; `ETIMEDOUT` after the limit. Undefined on success. */
  readonly error: string | undefined;
  /** True if the connection was opened; for UDP, if the kernel accepted the datagram. */
  readonly connected: boolean;
  /** Milliseconds */
  readonly took: number;
}

const answer = z
  .object({
    answer: z.string().regex(/^(?:[\da-f]{2})*$/),
    error: z.string().nullable(),
    connected: z.boolean(),
    seconds: z.number(),
  })
  .transform(
    (raw): ExchangeResult => ({
      answer: Buffer.from(raw.answer, 'hex'),
      error: raw.error ?? undefined,
      connected: raw.connected,
      took: raw.seconds * 1000,
    }),
  );

export async function exchange(
  client: AgentClient,
  namespace: Namespace,
  { protocol, address, port }: Port,
  request: Uint8Array,
  { limit = 5000, signal }: ProbeOptions = {},
): Promise<ExchangeResult> {
  const title = `${client.host}: exchange with ${address}:${port}/${protocol} from ${wordOf(namespace)}`;
  return await activity('exchange', title, async (report) => {
    const target = [protocol, address, `${port}`, Buffer.from(request).toString('hex')];
    const words = ['exchange', wordOf(namespace), `${limit}`, ...target];
    const result = await client.call(words, answer, { limit: limit + RESPONSE_MARGIN, signal });
    report.output(
      `${result.answer.length} bytes${result.error === undefined ? '' : `, ${result.error}`}`,
    );
    return result;
  });
}
