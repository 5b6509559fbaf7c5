import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MeasurementReport } from '../../../helpers/measure/measurement.ts';
import {
  type MeterLine,
  readMeterLine,
  type Sample,
} from '../../../helpers/measure/meter/meter-lines.ts';

const folder = join(import.meta.dirname, 'recordings');

/** A report of a real run. */
export function readReport(name: 'partition' | 'engine-killed'): MeasurementReport {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as MeasurementReport;
}

/**
 * The lines of a real meter on master-host: worker-host dropped packets of master-host from 49,798,070 ms to
 * 49,799,850 ms of its clock. The paths: 0 ICMP, 1 UDP, 2 TCP, 3 one connection, 4 names.
 */
export function readLines(): MeterLine[] {
  return readFileSync(join(folder, 'partition-master.txt'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const read = readMeterLine(line);
      if (read === undefined) throw new Error(`unreadable: ${line}`);
      return read;
    });
}

export const dropped = { from: 49_798_070, to: 49_799_850 } as const;

/** The requests of a path after the listeners of both machines were open. */
export function samplesOf(path: number): Sample[] {
  return readLines()
    .flatMap((line) => (line.kind === 'slots' && line.path === path ? line.samples : []))
    .filter(({ at }) => at > 49_796_000);
}
