import type { MeasurementReport, PathKind, PathResult } from '../../helpers/measure/measurement.ts';

/** Returns a path of a measurement. */
export function pathOf(
  { paths }: MeasurementReport,
  kind: PathKind,
  from: string,
  to: string,
): PathResult {
  const found = paths.find((one) => one.kind === kind && one.from === from && one.to === to);
  if (found === undefined) throw new Error(`no path ${from} → ${to} by ${kind}`);
  return found;
}
