import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** The results of the specs of one file. */
export interface SeedOutcome {
  /** The titles of the failed specs. */
  readonly failed: readonly string[];
  readonly passed: readonly string[];
  /** The evidence of each failed spec in the report, in its order; empty in a run without a report. */
  readonly evidence: readonly (readonly Evidence[])[];
  /** Each failed spec with its message, for people. */
  readonly transcript: string;
}

export interface Evidence {
  readonly name: string;
  readonly content: string;
}

/** The result of one spec. */
interface SeedResult {
  readonly file: string;
  readonly title: string;
  readonly status: string;
  readonly messages: readonly string[];
  readonly evidence: readonly Evidence[];
}

const jsonReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({
          title: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()),
        }),
      ),
    }),
  ),
});

/** Reads the output of Vitest's own JSON reporter. */
export async function readJsonReport(file: string): Promise<SeedResult[]> {
  const { testResults } = jsonReport.parse(JSON.parse(await readFile(file, 'utf8')));
  return testResults.flatMap(({ name, message, assertionResults }) => [
    // A file that cannot run has a message, but no spec for it.
    ...(message === '' ? [] : [resultOf({ file: name, title: '', messages: [message] })]),
    ...assertionResults.map(({ title, status, failureMessages }) =>
      resultOf({ file: name, title, status, messages: failureMessages }),
    ),
  ]);
}

const allureResult = z.object({
  name: z.string(),
  fullName: z.string(),
  status: z.string(),
  statusDetails: z.object({ message: z.string().optional() }).optional(),
  steps: z.array(
    z.object({ attachments: z.array(z.object({ name: z.string(), source: z.string() })) }),
  ),
});

/** Reads the results from which the report is built. */
export async function readAllureResults(folder: string): Promise<SeedResult[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('-result.json'));
  return await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8');
      const {
        name: title,
        fullName,
        status,
        statusDetails,
        steps,
      } = allureResult.parse(JSON.parse(text));
      const attachments = steps.flatMap((step) => step.attachments);
      return resultOf({
        file: fullName.split('#', 1)[0] ?? '',
        title,
        status,
        messages: statusDetails?.message === undefined ? [] : [statusDetails.message],
        evidence: await Promise.all(
          attachments.map(async ({ name: of, source }) => {
            return { name: of, content: await readFile(join(folder, source), 'utf8') };
          }),
        ),
      });
    }),
  );
}

function resultOf(
  result: Pick<SeedResult, 'file' | 'title' | 'messages'> & Partial<SeedResult>,
): SeedResult {
  return { status: '', evidence: [], ...result };
}

/** @param output the complete output of the run */
export function outcomeOf(results: readonly SeedResult[], output: string): SeedOutcome {
  const titlesOf = (status: string) =>
    results.filter((one) => one.status === status).map(({ title }) => title);
  const messages = results
    .filter(({ status }) => status !== 'skipped')
    .flatMap(({ title, messages: said }) => said.map((message) => `${title}\n${message}`.trim()));
  return {
    failed: titlesOf('failed'),
    passed: titlesOf('passed'),
    evidence: results.filter(({ status }) => status === 'failed').map((one) => one.evidence),
    transcript: [...messages, output].join('\n\n'),
  };
}
