import { stripVTControlCharacters } from 'node:util';
import type { Activity } from '../../process/activity.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import type { ActivityNode } from './activity-tree.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';

/** A step of the report, whichever way it gets there. */
export interface Step {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly stop: number;
  readonly status: 'passed' | 'broken' | 'failed';
  /** The machine on which or for which it happens. */
  readonly machine?: string;
  readonly message?: string;
  readonly text?: {
    readonly name: string;
    readonly content: string;
    readonly type?: 'application/json';
  };
  readonly steps: readonly Step[];
}

/** Characters of an output that the report keeps; a report with everything would be too big to send to anyone. */
const outputLimit = 16_000;
/** The number of last polls of a wait that are kept. */
const looksKept = 2;
const childrenKept = 150;
/** Characters of a step's name; a whole script is read in the step's text. */
const nameLimit = 160;

/** Converts an activity and all activities within it to a step. */
export function toStep({ activity, children }: ActivityNode): Step {
  const { error, endedAt } = activity;
  const text = textOf(activity);
  const message = endedAt === undefined ? 'it had not ended when the test did' : messageOf(error);
  return {
    name: nameOf(activity, children.length),
    start: activity.startedAt,
    stop: endedAt ?? Date.now(),
    status: message === undefined ? 'passed' : 'broken',
    ...omitUndefined({ machine: activity.machine, message, text }),
    steps: worthTelling(activity, children).map(toStep),
  };
}

/** Returns the full text of an error, with its cause; the message of a HarnessError is complete. */
export function messageOf(error: unknown): string | undefined {
  if (error === undefined) return undefined;
  if (!(error instanceof Error)) return typeof error === 'string' ? error : JSON.stringify(error);
  const message = stripVTControlCharacters(error.message);
  if (error instanceof HarnessError) return message;
  const cause = error.cause instanceof Error ? error.cause.message.split('\n', 1)[0] : undefined;
  return cause === undefined || message.includes(cause) ? message : `${message}\ncause: ${cause}`;
}

/** Shortens an output in its middle; beginning and end are what one looks for. */
export function shorten(text: string, limit = outputLimit): string {
  const plain = stripVTControlCharacters(text);
  if (plain.length <= limit) return plain;
  const head = Math.floor(limit / 3);
  const left = plain.length - limit;
  return `${plain.slice(0, head)}\n\n… ${left} characters left out …\n\n${plain.slice(head - limit)}`;
}

function nameOf(activity: Activity, looks: number): string {
  const line = activity.title.replaceAll(/\s+/g, ' ').trim();
  const title = line.length > nameLimit ? `${line.slice(0, nameLimit - 1)}…` : line;
  if (activity.kind !== 'wait') return title;
  const howOften = looks > looksKept ? ` (${looks} looks)` : '';
  return `wait for ${title}${howOften}`;
}

function worthTelling(activity: Activity, children: ActivityNode[]): ActivityNode[] {
  return activity.kind === 'wait' ? children.slice(-looksKept) : children.slice(0, childrenKept);
}

function textOf(activity: Activity): Step['text'] {
  const { input, output = '', title, kind } = activity;
  const said = output.trim() === '' ? '' : shorten(output);
  if (kind === 'command') {
    if (said === '' && (input === undefined || input === title)) return undefined;
    return { name: 'command and output', content: `$ ${input ?? title}\n\n${said}`.trimEnd() };
  }
  const content = [input, said].filter((part) => part !== undefined && part !== '').join('\n\n');
  if (content === '') return undefined;
  return { name: kind === 'wait' ? 'last seen' : 'exchange', content };
}
