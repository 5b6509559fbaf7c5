import { existsSync } from 'node:fs';
import { access, constants, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { AuditReport } from '../../../check/model/report.ts';
import { firstLine, HarnessError } from '../../../process/errors/harness-error.ts';
import { InputError } from '../../../process/errors/input-error.ts';
import { writeAtomically } from '../../../process/files/write-atomically.ts';
import type { CheckOptions } from './options.ts';

export type Outputs = Pick<CheckOptions, 'allure' | 'junit' | 'svg' | 'sarif' | 'bundle'>;

/**
 * Throws if the report cannot be written where it is to go: better to know before the check than after it. Creates nothing,
 * because a command that fails leaves no empty file.
 */
export async function requireWritable(outputs: Outputs): Promise<void> {
  const { allure, junit, svg, sarif, bundle } = outputs;
  // A bundle may be the only record of a state that is gone.
  if (bundle !== undefined && existsSync(bundle)) {
    throw new InputError({
      code: 'name-taken',
      subject: `--bundle ${bundle}`,
      observed: 'the file exists already',
      hint: 'choose another name, or delete the file',
    });
  }
  // This one is a folder, which may exist.
  if (allure !== undefined) await requireAccess(allure, dirname(resolve(allure)));
  for (const file of [junit, svg, sarif, bundle]) {
    await requireWritableFile(file);
  }
}

/** Throws if a file cannot be written there. Creates nothing. Without a path, it accepts. */
export async function requireWritableFile(path: string | undefined): Promise<void> {
  if (path === undefined) return;
  await requireAccess(path, dirname(resolve(path)));
  const existing = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw cannotWrite(path, cause);
  });
  if (existing === undefined) return;
  if (existing.isDirectory()) throw cannotWrite(path, 'it is a directory');
  await requireAccess(path, path);
}

/** @param place the file or folder that has to be writable for `path` */
async function requireAccess(path: string, place: string): Promise<void> {
  await access(place, constants.W_OK).catch((cause: unknown) => {
    throw cannotWrite(path, cause);
  });
}

/** Writes the report in each requested format. */
export async function writeOutputs(report: AuditReport, options: Outputs): Promise<void> {
  const { allure, junit, svg, sarif } = options;
  // Loaded when they are needed, as all that a command does not need.
  if (junit !== undefined) {
    const { toJunit } = await import('../../../report/findings/to-junit.ts');
    await writeText(junit, toJunit(report));
  }
  if (sarif !== undefined) {
    const { toSarif } = await import('../../../report/findings/to-sarif.ts');
    await writeText(sarif, toSarif(report));
  }
  if (svg !== undefined) {
    const { drawTopology } = await import('../../../report/pictures/draw-topology.ts');
    await writeText(svg, await drawTopology(report));
  }
  if (allure !== undefined) {
    const { writeAllure } = await import('../../../report/findings/write-allure.ts');
    await writeAllure(report, allure);
  }
}

/** Writes the support bundle, if one is requested. */
export async function writeBundle(
  report: AuditReport,
  { bundle, redact }: Pick<CheckOptions, 'bundle' | 'redact'>,
): Promise<void> {
  if (bundle === undefined) return;
  const { bundleOf } = await import('../../../check/support-bundle.ts');
  await writeAtomically(bundle, await bundleOf(report, redact === undefined ? [] : [redact]));
}

/** Writes a file; the error says where a writable one is needed. */
export async function writeText(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((cause: unknown) => {
    throw cannotWrite(file, cause);
  });
}

function cannotWrite(path: string, cause: unknown): HarnessError {
  return new HarnessError({
    code: 'folder-unwritable',
    tried: `write ${path}`,
    observed: firstLine(cause),
    hint: 'choose a writable path with free space',
    cause,
  });
}
