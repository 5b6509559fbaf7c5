import type {
  FaultWindow,
  MeasuredPath,
  MeasurementReport,
  Outage,
  PathKind,
  PathResult,
} from '../../measure/measurement.ts';

/** The kinds of paths in words. */
export const kindTitles: Readonly<Record<PathKind, string>> = {
  icmp: 'ICMP',
  udp: 'UDP',
  tcp: 'TCP, new connections',
  stream: 'TCP, one connection',
  name: 'DNS',
  vip: 'virtual address',
  published: 'published port',
  http: 'HTTP',
};

/** Formats a measurement as tables for a terminal. */
export function renderMeasurement(report: MeasurementReport): string {
  const { duration, faults, paths, layers, unmeasured } = report;
  const pathRows = paths.map((path) => [
    pathInWords(path),
    kindTitles[path.kind],
    lossInWords(path),
    seconds(path.longestGap),
    path.outages.map(outageInWords).join(', ') || 'none',
  ]);
  const layerRows = layers.map(({ layer, correctAt }) => [
    layer,
    recoveryInWords(correctAt, faults),
  ]);
  return [
    `Measured for ${seconds(duration)}.`,
    ...faults.map((fault) => `Fault: ${faultInWords(fault)}.`),
    '',
    ...table(['PATH', 'BY', 'NOT ANSWERED', 'LONGEST GAP', 'OUTAGES'], pathRows),
    ...paths.flatMap(remarksOf),
    '',
    ...table(['LAYER', 'CORRECT'], layerRows),
    '',
    ...unmeasured.map((one) => `Not measured: ${one}.`),
    ...conclusionOf(report),
  ].join('\n');
}

/** Says what recovered last, and what never did. */
export function conclusionOf(report: MeasurementReport): string[] {
  const { lastLayer, faults } = report;
  if (isUnrecovered(report)) return findingsOf(report);
  const last =
    lastLayer === undefined || faults.length === 0
      ? ''
      : ` The last layer: ${lastLayer.layer}, ${recoveryInWords(lastLayer.at, faults)}.`;
  return [`✔ Everything is correct.${last}`];
}

/** Returns a line for each thing that never recovered. */
export function findingsOf({ neverRecovered }: MeasurementReport): string[] {
  const { paths, layers, findings, unknown } = neverRecovered;
  return [
    ...paths.map((path) => `✖ never recovered: ${pathInWords(path)}, ${kindTitles[path.kind]}`),
    ...layers.map((layer) => `✖ never recovered: ${layer}`),
    ...findings.map(({ code, where, summary }) => `✖ ${code}, ${where}: ${summary}`),
    ...(unknown === undefined ? [] : [`? the last check did not complete: ${unknown}`]),
  ];
}

/** True if something was still broken, or unknown, at the end. */
export function isUnrecovered({ neverRecovered }: MeasurementReport): boolean {
  const { paths, layers, findings, unknown } = neverRecovered;
  return paths.length + layers.length + findings.length > 0 || unknown !== undefined;
}

export function pathInWords({ from, to }: MeasuredPath): string {
  return `${from} → ${to}`;
}

/** `12.3 s` */
function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

export function faultInWords({ title, from, to }: FaultWindow): string {
  return `${title}, from ${seconds(from)} ${to === undefined ? 'to the end' : `to ${seconds(to)}`}`;
}

export function outageInWords({ from, to }: Outage): string {
  return to === undefined ? `${seconds(from)} to the end` : `${seconds(from)} to ${seconds(to)}`;
}

/** Returns the time of a recovery, counted from the end of the last fault. */
export function recoveryInWords(at: number | undefined, faults: readonly FaultWindow[]): string {
  if (at === undefined) return 'never';
  const end = Math.max(...faults.map(({ to = Infinity }) => to));
  if (!Number.isFinite(end)) return `at ${seconds(at)}`;
  return `${seconds(Math.max(0, at - end))} after the fault`;
}

function lossInWords({ sent, answered }: PathResult): string {
  return answered === sent ? `0 of ${sent}` : `${sent - answered} of ${sent}`;
}

function remarksOf(path: PathResult): string[] {
  const { duplicated, late, broken } = path;
  const remarks = [
    ...(broken.length > 0 ? [`the connection broke at ${broken.map(seconds).join(', ')}`] : []),
    ...(late > 0 ? [`${late} answers came too late`] : []),
    ...(duplicated > 0 ? [`${duplicated} answers came twice`] : []),
  ];
  const name = `${pathInWords(path)}, ${kindTitles[path.kind]}`;
  return remarks.length === 0 ? [] : [`${name}: ${remarks.join('; ')}`];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
