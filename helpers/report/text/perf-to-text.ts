import {
  type MeasuredPath,
  nameOfPath,
  type PerfResult,
  percent,
  type RatioName,
  type Spread,
} from '../../perf/perf-result.ts';
import { renderDiagnosis } from './render-diagnosis.ts';
import type { TextLayout } from './text-layout.ts';

const plain: TextLayout = { color: false, width: 100 };

/** Formats a measurement as a table for each path: the median, the lowest and highest run, the ratio to the hosts, and the findings. */
export function perfToText(
  { topology, from, to, runs, seconds, paths, skipped, findings }: PerfResult,
  layout = plain,
): string {
  const rows = paths.flatMap((path) => [[nameOfPath(path)], ...rowsOf(path)]);
  const widthOf = (column: number) =>
    Math.max(...rows.map((row) => (row.length === 1 ? 0 : (row[column]?.length ?? 0))));
  const widths = [0, 1, 2].map(widthOf);
  return [
    `${topology}: ${from} → ${to}, ${runs} runs of ${seconds} s for each measurement: median (lowest to highest), and the ratio to the path between the hosts`,
    ...rows.map((row) =>
      row.length === 1
        ? `\n${row[0]}`
        : `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ')}`.trimEnd(),
    ),
    ...(skipped.length === 0 ? [] : ['']),
    ...skipped.map(({ kind, because }) => `not measured: ${kind}: ${because}`),
    ...findings.flatMap((one, index) => ['', ...renderDiagnosis(one, index + 1, layout)]),
  ].join('\n');
}

function rowsOf({ measures, ratios }: MeasuredPath): string[][] {
  const row = (name: string, value: string, ratio?: RatioName) => [
    name,
    value,
    ratio === undefined || ratios === undefined ? '' : describeRatio(ratio, ratios[ratio]),
  ];
  const time = (at: Spread) => spread(at, inTime);
  return [
    row('TCP, 1 stream', spread(measures.tcp1, inRate), 'tcp1'),
    row('TCP, 8 streams', spread(measures.tcp8, inRate), 'tcp8'),
    row(
      'UDP',
      `${spread(measures.udp, inRate)}, ${spread(measures.udpLoss, inPercent)} lost`,
      'udp',
    ),
    row('request and response, p50', time(measures.rrP50), 'rrP50'),
    row('  p90', time(measures.rrP90)),
    row('  p99', time(measures.rrP99), 'rrP99'),
    row('  p99.9', time(measures.rrP999)),
    row('connection, request and response, p50', time(measures.crrP50), 'crrP50'),
    row('  p90', time(measures.crrP90)),
    row('  p99', time(measures.crrP99), 'crrP99'),
    row('  p99.9', time(measures.crrP999)),
    row('processor time of the sender', spread(measures.cpuSender, inCost)),
    row('processor time of the receiver', spread(measures.cpuReceiver, inCost)),
    row('memory of the sender', spread(measures.memorySender, inMemory)),
    row('memory of the receiver', spread(measures.memoryReceiver, inMemory)),
  ];
}

function describeRatio(name: RatioName, ratio: number): string {
  return ['tcp1', 'tcp8', 'udp'].includes(name) ? percent(ratio) : `× ${ratio.toFixed(2)}`;
}

function spread({ median, lowest, highest }: Spread, format: (value: number) => string): string {
  return lowest === highest
    ? format(median)
    : `${format(median)} (${format(lowest)} to ${format(highest)})`;
}

function inRate(megabits: number): string {
  return megabits >= 1000
    ? `${(megabits / 1000).toFixed(2)} Gbit/s`
    : `${megabits.toFixed(1)} Mbit/s`;
}

function inTime(microseconds: number): string {
  return microseconds >= 1000
    ? `${(microseconds / 1000).toFixed(2)} ms`
    : `${microseconds.toFixed(0)} µs`;
}

function inPercent(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} %`;
}

function inCost(seconds: number): string {
  return `${seconds.toFixed(2)} s for each GB`;
}

function inMemory(megabytes: number): string {
  return megabytes === 0 ? 'unknown' : `${megabytes} MiB`;
}
