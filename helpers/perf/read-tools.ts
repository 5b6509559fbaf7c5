import { z } from 'zod';
import { HarnessError } from '../process/errors/harness-error.ts';
import { parseJson } from '../process/text/parse-json.ts';

const amount = z.number().min(0);
const summary = z.looseObject({ bits_per_second: amount, bytes: amount.default(0) });

const tcpAnswer = z.looseObject({
  end: z.looseObject({
    sum_received: summary,
    cpu_utilization_percent: z.looseObject({ host_total: amount, remote_total: amount }),
  }),
});

const udpAnswer = z.looseObject({
  end: z.looseObject({
    sum: z.looseObject({ bits_per_second: amount, lost_percent: z.number() }),
    sum_received: z
      .looseObject({ bits_per_second: amount, lost_percent: z.number().optional() })
      .optional(),
  }),
});

const failed = z.looseObject({ error: z.string().min(1) });

export interface TcpThroughput {
  /** Mbit/s that arrived. */
  readonly rate: number;
  /** Seconds of processor time for each gigabyte. */
  readonly cpuSender: number;
  readonly cpuReceiver: number;
}

/** Reads the output of `iperf3 --json` for a TCP test of that many seconds. */
export function readTcpThroughput(tried: string, text: string, seconds: number): TcpThroughput {
  const { end } = read(tried, text, tcpAnswer);
  const gigabytes = (end.sum_received.bits_per_second * seconds) / 8e9;
  const { host_total: sender, remote_total: receiver } = end.cpu_utilization_percent;
  const costOf = (load: number) => (gigabytes === 0 ? 0 : ((load / 100) * seconds) / gigabytes);
  return {
    rate: end.sum_received.bits_per_second / 1e6,
    cpuSender: costOf(sender),
    cpuReceiver: costOf(receiver),
  };
}

/** Reads the output of `iperf3 --json` for a UDP test. */
export function readUdpThroughput(tried: string, text: string): { rate: number; loss: number } {
  const { sum, sum_received: received } = read(tried, text, udpAnswer).end;
  // Packets that arrive in another order count as lost until they arrive, which may be never negative at the end.
  const loss = Math.min(100, Math.max(0, received?.lost_percent ?? sum.lost_percent));
  const rate = received?.bits_per_second ?? sum.bits_per_second * (1 - loss / 100);
  return { rate: rate / 1e6, loss };
}

const percentiles = z.strictObject({
  count: z.int().min(1),
  p50: amount,
  p90: amount,
  p99: amount,
  p999: amount,
});
export type Percentiles = z.infer<typeof percentiles>;

/** Reads the line that the program for response times prints, in microseconds. */
export function readPercentiles(tried: string, text: string): Percentiles {
  return read(tried, text, percentiles);
}

function read<T>(tried: string, text: string, schema: z.ZodType<T>): T {
  const content = parseJson(text);
  if (content === undefined) throw invalid(tried, 'it printed no JSON', text);
  const failure = failed.safeParse(content).data;
  if (failure !== undefined) throw invalid(tried, failure.error.slice(0, 200), text);
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw invalid(tried, `an unknown format: ${parsed.error.issues[0]?.message}`, text);
}

function invalid(tried: string, observed: string, evidence: string): HarnessError {
  return new HarnessError({
    code: 'answer-invalid',
    tried,
    observed,
    hint: 'check the path with "overlay-e2e check"',
    evidence,
  });
}
