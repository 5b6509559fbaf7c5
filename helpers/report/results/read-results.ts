import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { resultsFolder } from './reports-folder.ts';

const attachment = z.object({ name: z.string(), source: z.string() });

const resultShape = z.object({
  name: z.string(),
  fullName: z.string().default(''),
  labels: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
  status: z.enum(['passed', 'failed', 'broken', 'skipped']),
  statusDetails: z.object({ message: z.string().optional() }).optional(),
  attachments: z.array(attachment).optional(),
  steps: z.array(z.object({ attachments: z.array(attachment).optional() })).optional(),
});

/** The result of a test, a set-up or a teardown, with the fields that the summary needs. */
export type WrittenResult = z.infer<typeof resultShape>;

/** Reads all results of the last run; empty if it wrote none. */
export function readResults(folder = resultsFolder()): WrittenResult[] {
  return namesIn(folder)
    .filter((name) => name.endsWith('-result.json'))
    .map((name) => resultShape.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))));
}

/** The text of an attachment of a result; undefined when it has none of that name. */
export function readAttachment(
  { attachments = [], steps = [] }: WrittenResult,
  wanted: string,
  folder = resultsFolder(),
): string | undefined {
  const all = [...attachments, ...steps.flatMap((step) => step.attachments ?? [])];
  const found = all.find(({ name }) => name === wanted);
  return found === undefined ? undefined : readFileSync(join(folder, found.source), 'utf8');
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
