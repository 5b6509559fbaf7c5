import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AuditReport } from '../../../check/report.ts';
import { firstLine, HarnessError } from '../../../process/harness-error.ts';
import type { CheckOptions } from './options.ts';

type Outputs = Pick<CheckOptions, 'junit' | 'svg'>;

/** Makes the folders that the report goes to, before the check: better to know at once that there will be no report. */
export async function prepareOutputs({ junit, svg }: Outputs): Promise<void> {
  const folders = [junit, svg].filter((file) => file !== undefined).map(dirname);
  for (const folder of folders) {
    await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
      throw cannotWrite(folder, cause);
    });
  }
}

/** Writes the report in each form that is asked for. */
export async function writeOutputs(report: AuditReport, options: Outputs): Promise<void> {
  const { junit, svg } = options;
  // Loaded when they are needed, as all that a command does not need.
  if (junit !== undefined) {
    const { toJunit } = await import('../../../report/audit/to-junit.ts');
    await write(junit, toJunit(report));
  }
  if (svg !== undefined) {
    const { drawTopology } = await import('../../../report/audit/draw-topology.ts');
    await write(svg, drawTopology(report));
  }
}

async function write(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((cause: unknown) => {
    throw cannotWrite(file, cause);
  });
}

function cannotWrite(path: string, cause: unknown): HarnessError {
  return new HarnessError({
    tried: `write ${path}`,
    observed: firstLine(cause),
    remedy: 'name a place that can be written, with room',
    cause,
  });
}
