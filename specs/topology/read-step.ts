import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

interface Step {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly attachments: readonly { readonly source: string }[];
}

const step: z.ZodType<Step> = z.object({
  name: z.string(),
  get steps() {
    return z.array(step);
  },
  attachments: z.array(z.object({ source: z.string() })),
});
const result = z.object({ steps: z.array(step) });

/** Returns the output of a step by its name in the results of a run; undefined if the step is missing. */
export async function readStep(reports: string, name: string): Promise<string | undefined> {
  const folder = join(reports, 'allure-results');
  for (const file of await readdir(folder)) {
    if (!file.endsWith('-result.json')) continue;
    const { steps } = result.parse(JSON.parse(await readFile(join(folder, file), 'utf8')));
    const found = steps.flatMap(flatten).find((one) => one.name === name);
    const source = found?.attachments[0]?.source;
    if (source !== undefined) return await readFile(join(folder, source), 'utf8');
  }
  return undefined;
}

function flatten(one: Step): Step[] {
  return [one, ...one.steps.flatMap(flatten)];
}
