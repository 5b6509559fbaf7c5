import {
  extractErrorMatchingData,
  matchCategory,
  normalizeCategoriesConfig,
  type TestLabel,
  type TestResult,
} from '@allurereport/core-api';
import type { AllureReport } from '@allurereport/core';
import { z } from 'zod';
import { placeInWords } from '../../check/model/difference.ts';
import { categories } from '../results/categories.ts';
import { readFindings } from './causes.ts';
import { codeIn, diagnosisLabel } from '../results/labels/diagnosis-label.ts';
import { auditName, topologyPictureName } from '../results/evidence.ts';
import { issueOf, type KnownIssue } from '../results/known-issues.ts';
import { readRanOn } from '../results/labels/environment-info.ts';
import { phaseLabel } from '../results/record-set-up.ts';
import { hostPrefix } from '../results/results-writer.ts';
import { specFileOf } from '../results/spec-file.ts';
import { topologyOf } from '../results/labels/topology-label.ts';
import type { FoundDefect, Run, RunResult } from './run.ts';

/** The data that Allure has read. */
type AllureStore = AllureReport['store'];

const rules = normalizeCategoriesConfig(categories);
const metadata = z.array(z.object({ name: z.string(), values: z.array(z.string()) }));

/** Reads the data of an overview from Allure's store, by Allure's own rules. */
export async function readRun(store: AllureStore, issues: readonly KnownIssue[]): Promise<Run> {
  const tests = await store.allTestResults();
  const earlier = await store.allHistoryDataPoints();
  const environment = metadata.safeParse(await store.metadataByKey('allure_environment'));
  return {
    results: (await Promise.all(tests.map((test) => readResult(store, issues, test)))).toSorted(
      inOrder,
    ),
    earlier,
    surroundings: new Map(
      (environment.data ?? []).map(({ name, values }) => [name, values.join(', ')]),
    ),
  };
}

/** By start time: on disk, results have no order. */
function inOrder(one: RunResult, other: RunResult): number {
  const later = (one.start ?? 0) - (other.start ?? 0);
  return later === 0 ? one.name.localeCompare(other.name, 'en') : later;
}

async function readResult(
  store: AllureStore,
  issues: readonly KnownIssue[],
  test: TestResult,
): Promise<RunResult> {
  const { id, historyId, name, fullName = '', status, start, duration, flaky, labels } = test;
  const message = test.error?.message ?? '';
  const defects = await readDefects(store, test);
  const codes = [
    ...defects.map(({ code }) => code),
    ...labels.flatMap((one) => (one.name === diagnosisLabel ? [one.value ?? ''] : [])),
  ];
  return {
    id,
    historyId,
    name,
    where: placeOf(labels),
    file: specFileOf(fullName),
    topology: topologyOf({ labels }),
    around: fullName.startsWith(hostPrefix),
    phase: labels.find((one) => one.name === phaseLabel)?.value,
    status,
    message: (message.split('\n', 1)[0] ?? '').replace(/ \/\/ Object\.is equality$/, ''),
    start,
    duration,
    flaky,
    category: matchCategory(rules, extractErrorMatchingData(test))?.name,
    defects,
    topologyPicture:
      defects.length === 0 ? undefined : await readAttachment(store, id, topologyPictureName),
    issue: issueOf(issues, message, codes),
    ranOn: readRanOn({ labels }),
    pictures: fullName.startsWith(hostPrefix) ? await readPictures(store, id) : [],
    earlier: (await store.historyByTrId(id)) ?? [],
  };
}

/** From the audit that was made when it had failed; else from the code with which a check's message begins. */
async function readDefects(store: AllureStore, { id, error }: TestResult): Promise<FoundDefect[]> {
  const found = readFindings(await readAttachment(store, id, auditName));
  if (found !== undefined) {
    return found.map((finding) => {
      return { code: finding.code, place: placeInWords(finding.where), finding };
    });
  }
  const code = codeIn(error?.message ?? '');
  return code === undefined ? [] : [{ code, place: '' }];
}

async function readAttachment(
  store: AllureStore,
  id: string,
  wanted: string,
): Promise<string | undefined> {
  const links = await store.attachmentsByTrId(id);
  const found = links.find((link) => 'name' in link && link.name === wanted);
  const content = found === undefined ? undefined : await store.attachmentContentById(found.id);
  return await content?.asUtf8String();
}

async function readPictures(store: AllureStore, id: string): Promise<RunResult['pictures']> {
  const links = await store.attachmentsByTrId(id);
  const pictures = await Promise.all(
    links.map(async (link) => {
      if (!('name' in link) || link.contentType !== 'image/svg+xml') return [];
      const svg = await (await store.attachmentContentById(link.id))?.asUtf8String();
      return svg === undefined ? [] : [{ name: link.name, svg }];
    }),
  );
  return pictures.flat();
}

/** Formats the labels of a result: "etcd: Keystore", "Machines: Netns disk". */
export function placeOf(labels: readonly TestLabel[]): string {
  const value = (wanted: string) => labels.find(({ name }) => name === wanted)?.value;
  const of = topologyOf({ labels }) ?? value('epic');
  return [of, value('feature')].filter((part) => part !== undefined).join(': ');
}
