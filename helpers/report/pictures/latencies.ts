import type { PathsView } from '../../check/model/views/paths-view.ts';
import { type Observed, valueOf } from '../../check/model/observed.ts';
import { medianOf } from '../../process/median.ts';
import type { RequestTimes } from '../../workload/request-car.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';

/** The times of one repeated operation. */
export interface LatencySeries {
  readonly name: string;
  readonly milliseconds: readonly number[];
  /** The number of operations without an answer. */
  readonly lost: number;
}

/** Comparable series. */
export interface LatencyGroup {
  readonly title: string;
  /** Groups of one kind have the same scale. */
  readonly kind: 'echo' | 'request';
  readonly series: readonly LatencySeries[];
  /** The reason why it is empty. */
  readonly missing?: string;
}

/** Returns the measured times of a cluster: between hosts as the baseline, through the overlay, and of the application. */
export function latenciesOf(
  paths: Observed<PathsView>,
  requests: RequestTimes | undefined,
): LatencyGroup[] {
  const timings = valueOf(paths)?.timings ?? [];
  const why = 'missing' in paths ? paths.missing : 'no packets were timed';
  const networks = Map.groupBy(timings, ({ network }) => network);
  const none = [{ title: 'Echoes', kind: 'echo' as const, series: [], missing: why }];
  return [
    ...(timings.length === 0 ? none : []),
    ...[...networks].map(([network, own]): LatencyGroup => {
      const title =
        network === undefined
          ? 'ICMP echo between hosts, outside the overlay'
          : `ICMP echo between containers, over ${network}`;
      const series = own.map(({ from, to, milliseconds, lost }) => ({
        name: `${from.container ?? from.host} → ${to.container ?? to.host}`,
        milliseconds,
        lost,
      }));
      return { title, kind: 'echo', series };
    }),
    groupOfRequests(requests),
  ];
}

function groupOfRequests(requests: RequestTimes | undefined): LatencyGroup {
  const title = 'Requests to the car service, from outside';
  const kind = 'request';
  if (requests === undefined) return { title, kind, series: [], missing: 'no car service' };
  const { url, milliseconds, failures } = requests;
  const [missing] = milliseconds.length === 0 ? failures : [];
  // Whole, it is as wide as the picture.
  const path = new URL(url).pathname.split('/').slice(-2).join('/');
  return {
    title,
    kind,
    series: [{ name: `GET …/${path}`, milliseconds, lost: failures.length }],
    ...omitUndefined({ missing }),
  };
}

/** Formats a series: "median 0.21 ms of 20, 0.15 to 1.30 ms". */
export function latencyInWords({ milliseconds, lost }: LatencySeries): string {
  const median = medianOf(milliseconds);
  const words =
    median === undefined
      ? 'no answer'
      : `median ${inMilliseconds(median)} of ${milliseconds.length}, ${inMilliseconds(Math.min(...milliseconds))} to ${inMilliseconds(Math.max(...milliseconds))}`;
  return lost === 0 ? words : `✖ ${words}, ${lost} lost`;
}

function inMilliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(2) : value.toFixed(1)} ms`;
}
