import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import {
  type Attachment,
  Stage,
  Status,
  type StepResult,
  type TestResult,
} from 'allure-js-commons';
import { FileSystemWriter } from 'allure-js-commons/sdk/reporter';
import type { EvidenceType, FileType } from './evidence.ts';
import { resultsFolder } from './reports-folder.ts';
import type { Step } from './step.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';

/** The prefix of the full name of a set-up's or teardown's result. */
export const hostPrefix = 'around the specs: ';

/** A result without a test. */
export interface SyntheticResult {
  readonly name: string;
  /** The identity of the result in the history: the same in every run. */
  readonly fullName: string;
  readonly status: 'passed' | 'broken' | 'failed' | 'skipped';
  readonly message?: string | undefined;
  readonly trace?: string | undefined;
  readonly start: number;
  readonly stop: number;
  readonly steps?: readonly Step[];
  /** Evidence shown before its steps. */
  readonly attachments?: readonly Evidence[];
  readonly links?: readonly {
    readonly name: string;
    readonly url: string;
    readonly type?: 'link' | 'issue';
  }[];
  readonly labels: Readonly<Record<string, string | readonly string[]>>;
}

/** A piece of evidence: a text, or a file to save. */
export type Evidence =
  | { readonly name: string; readonly type: EvidenceType; readonly content: string }
  | { readonly name: string; readonly type: FileType; readonly content: Uint8Array };

/** Writes a result next to those of the tests. */
export function writeResult(result: SyntheticResult, folder = resultsFolder()): void {
  mkdirSync(folder, { recursive: true });
  const writer = new FileSystemWriter({ resultsDir: folder });
  const id = createHash('md5').update(result.fullName).digest('hex');
  const labels = {
    host: hostname(),
    framework: 'vitest',
    language: 'javascript',
    ...result.labels,
  };
  writer.writeResult({
    uuid: randomUUID(),
    historyId: id,
    testCaseId: id,
    fullName: result.fullName,
    name: result.name,
    status: statuses[result.status],
    statusDetails: {
      ...omitUndefined({ message: result.message, trace: result.trace }),
    },
    stage: Stage.FINISHED,
    start: result.start,
    stop: result.stop,
    steps: (result.steps ?? []).map((step) => toStepResult(step, writer)),
    attachments: (result.attachments ?? []).map((one) => toAttachment(one, writer)),
    parameters: [],
    labels: Object.entries(labels).flatMap(([name, values]) =>
      [values].flat().map((value) => ({ name, value })),
    ),
    links: (result.links ?? []).map((link) => ({ type: 'link', ...link })),
  } satisfies TestResult);
}

const statuses = {
  passed: Status.PASSED,
  broken: Status.BROKEN,
  failed: Status.FAILED,
  skipped: Status.SKIPPED,
} as const;

function toStepResult(step: Step, writer: FileSystemWriter, around?: string): StepResult {
  const { name, start, stop, status, machine, message, text } = step;
  return {
    name,
    start,
    stop,
    status: statuses[status],
    statusDetails: message === undefined ? {} : { message },
    stage: Stage.FINISHED,
    steps: step.steps.map((inner) => toStepResult(inner, writer, machine)),
    attachments: text === undefined ? [] : [toAttachment({ type: 'text/plain', ...text }, writer)],
    // Said once, and not again for all that happens within.
    parameters:
      machine === undefined || machine === around ? [] : [{ name: 'machine', value: machine }],
  };
}

const extensions: Readonly<Record<EvidenceType | FileType, string>> = {
  'text/plain': 'txt',
  'text/markdown': 'md',
  'application/json': 'json',
  'text/html': 'html',
  'image/svg+xml': 'svg',
  'application/gzip': 'json.gz',
};

function toAttachment({ name, type, content }: Evidence, writer: FileSystemWriter): Attachment {
  const source = `${randomUUID()}-attachment.${extensions[type]}`;
  writer.writeAttachment(source, Buffer.from(content));
  return { name, type, source };
}
