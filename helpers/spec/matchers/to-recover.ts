import type { MeasurementReport } from '../../measure/measurement.ts';
import {
  conclusionOf,
  isUnrecovered,
  kindTitles,
  outageInWords,
  pathInWords,
} from '../../report/text/measurement-text.ts';

/**
 * Passes if nothing was broken or unknown at the end of a measurement. A failure begins with the diagnosis code, by which
 * the report sorts failures.
 */
export function recovers(report: MeasurementReport) {
  const { findings } = report.neverRecovered;
  return {
    pass: !isUnrecovered(report),
    message: () =>
      [...findings.map(({ code, summary }) => `${code}: ${summary}`), ...conclusionOf(report)].join(
        '\n',
      ),
  };
}

/** Passes if no path had an outage. */
export function hasNoOutage({ paths }: MeasurementReport) {
  const found = paths.filter(({ outages }) => outages.length > 0);
  return {
    pass: found.length === 0,
    message: () =>
      found.length === 0
        ? `no outage on ${paths.length} paths`
        : found
            .map((path) => {
              const outages = path.outages.map(outageInWords).join(', ');
              return `outage: ${pathInWords(path)}, ${kindTitles[path.kind]}: ${outages}`;
            })
            .join('\n'),
  };
}
