import { z } from 'zod';
import { activity } from '../../process/activity.ts';
import { type Asker, PATIENCE, type ProbeOptions } from './asker.ts';
import { type Namespace, wordOf } from './namespace.ts';

/** A port, and who listens there. */
export interface Port {
  readonly protocol: 'tcp' | 'udp';
  /** IPv4 */
  readonly address: string;
  readonly port: number;
}

/** What came back from a port. */
export interface ExchangeResult {
  /** One packet of UDP; of TCP all until the other side closed the connection, 1 MB at most. */
  readonly answer: Buffer;
  /** What the kernel said against it: `ECONNREFUSED`; `ETIMEDOUT` when the limit passed. Undefined when all went well. */
  readonly error: string | undefined;
  /** Whether the connection was opened. UDP always is. */
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
  asker: Asker,
  namespace: Namespace,
  { protocol, address, port }: Port,
  question: Uint8Array,
  { limit = 5000, signal }: ProbeOptions = {},
): Promise<ExchangeResult> {
  const title = `${asker.host}: asks ${address}:${port}/${protocol} from ${wordOf(namespace)}`;
  return await activity('exchange', title, async (report) => {
    const target = [protocol, address, `${port}`, Buffer.from(question).toString('hex')];
    const words = ['exchange', wordOf(namespace), `${limit}`, ...target];
    const result = await asker.ask(words, answer, { limit: limit + PATIENCE, signal });
    report.output(
      `${result.answer.length} bytes${result.error === undefined ? '' : `, ${result.error}`}`,
    );
    return result;
  });
}
