import { printable } from '../../process/text/printable.ts';
import { type Activity, titleOnMachine } from '../../process/activity.ts';
import { firstLine } from '../../process/errors/harness-error.ts';

/** Formats a duration: "0.3 s", "12.4 s", "3 min 05 s". */
export function formatTime(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** Formats the duration of an activity, so far if it is running. */
export function timeOf(activity: Activity): string {
  return formatTime((activity.endedAt ?? Date.now()) - activity.startedAt);
}

/** Returns true for an abort by the caller, who knows the reason. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && ['AbortError', 'Interrupted'].includes(error.name);
}

/** Returns the reason of a failure, unless it was printed before or the caller aborted it. */
export function whyFailed({ error }: Activity, told: Set<unknown>): string | undefined {
  if (error === undefined || isAbort(error) || told.has(error)) return undefined;
  told.add(error);
  return firstLine(error);
}

/** Characters of a command line that are shown: a whole script is read in the report. */
const MOST = 120;

/** Formats a command line with its purpose: "$ docker run -d consul  0.2 s  store: docker run consul". */
export function commandInWords(activity: Activity): string {
  const { kind, input, title } = activity;
  const sign = kind === 'command' ? '$ ' : '';
  const line = printable(kind === 'command' && input !== undefined ? firstLine(input) : title);
  // The title of most commands is the command line.
  if (line === printable(title) || line === printable(titleOnMachine(activity)))
    return `${sign}${printable(title)}  ${timeOf(activity)}`;
  const shown = line.length > MOST ? `${line.slice(0, MOST)}…` : line;
  return `${sign}${shown}  ${timeOf(activity)}  ${printable(title)}`;
}

/** The current step of a running activity. */
export interface Doing {
  /** For example "docker start tomcat-app". */
  readonly what: string;
  /** For example "12 of 40 MB in 6 packages". */
  readonly howFar: string | undefined;
}

export function doingOf(activity: Activity): Doing {
  const title = titleOnMachine(activity).replaceAll(/\s+/g, ' ');
  const what = activity.kind === 'wait' ? `waits: ${title}` : title;
  return { what, howFar: activity.progress };
}

/** Returns true for activities that `--verbose` prints: not for waits and internal steps. */
export function isCommand({ kind }: Activity): boolean {
  return kind === 'command' || kind === 'http' || kind === 'exchange' || kind === 'transfer';
}
