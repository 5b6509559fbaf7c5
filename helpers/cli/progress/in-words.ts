import { printable } from '../../process/text/printable.ts';
import { type Activity, titleOnMachine } from '../../process/activity.ts';
import { firstLine } from '../../process/errors/harness-error.ts';

/** «0.3 s», «12.4 s», «3 min 05 s». */
export function formatTime(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** How long an activity took, or has taken so far. */
export function timeOf(activity: Activity): string {
  return formatTime((activity.endedAt ?? Date.now()) - activity.startedAt);
}

/** Whether it was ended by whoever ended all of it: he knows why. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && ['AbortError', 'Interrupted'].includes(error.name);
}

/** Why it failed, unless that was told already or is known to whoever ended it. */
export function whyFailed({ error }: Activity, told: Set<unknown>): string | undefined {
  if (error === undefined || isAbort(error) || told.has(error)) return undefined;
  told.add(error);
  return firstLine(error);
}

/** Characters of a command line that are shown: a whole script is read in the report. */
const MOST = 120;

/** A command as one would type it and what it is for: «$ docker run -d consul  0.2 s  store: docker run consul». */
export function commandInWords(activity: Activity): string {
  const { kind, input, title } = activity;
  const sign = kind === 'command' ? '$ ' : '';
  const line = printable(kind === 'command' && input !== undefined ? firstLine(input) : title);
  // Most are called what they are.
  if (line === printable(title) || line === printable(titleOnMachine(activity)))
    return `${sign}${printable(title)}  ${timeOf(activity)}`;
  const shown = line.length > MOST ? `${line.slice(0, MOST)}…` : line;
  return `${sign}${shown}  ${timeOf(activity)}  ${printable(title)}`;
}

/** What something that still runs is at. */
export interface Doing {
  /** «docker start tomcat-app» */
  readonly what: string;
  /** «12 of 40 MB in 6 packages» */
  readonly howFar: string | undefined;
}

export function doingOf(activity: Activity): Doing {
  const title = titleOnMachine(activity).replaceAll(/\s+/g, ' ');
  const what = activity.kind === 'wait' ? `waits: ${title}` : title;
  return { what, howFar: activity.progress };
}

/** Whether `--verbose` tells of it: waits and pieces of our own work are no commands. */
export function isCommand({ kind }: Activity): boolean {
  return kind === 'command' || kind === 'http' || kind === 'exchange' || kind === 'transfer';
}
