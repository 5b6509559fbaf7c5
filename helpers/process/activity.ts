import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { redactSecrets } from './text/redact-secrets.ts';

/**
 * What an activity is: a part of the set-up, a piece of work of our own in it, a command, a wait for a condition, an
 * exchange over HTTP or by another protocol, a download or build.
 */
export const activityKinds = [
  'stage',
  'step',
  'command',
  'wait',
  'http',
  'exchange',
  'transfer',
] as const;
export type ActivityKind = (typeof activityKinds)[number];

/** Something that the harness does and that takes time. Published when it starts and again when it has ended. */
export interface Activity {
  readonly id: number;
  /** The activity within which this one happens. */
  readonly parent: number | undefined;
  readonly kind: ActivityKind;
  readonly title: string;
  /** The machine on which or for which it happens, where it is one: what happens within is of the same one. */
  readonly machine?: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  endedAt?: number;
  /** What it was called with or asked: a command line, a URL. */
  input?: string;
  /** What came of it: a command's output, a response's body, what a wait last saw. */
  output?: string;
  /** How far it has come, for people: «12 of 40 MB». */
  progress?: string;
  error?: unknown;
}

/** How whoever does an activity tells more about it. */
export interface ActivityReport {
  input(text: string): void;
  output(text: string): void;
  progress(text: string): void;
}

const started = channel('overlay-e2e:activity:start');
const progressed = channel('overlay-e2e:activity:progress');
const ended = channel('overlay-e2e:activity:end');
const current = new AsyncLocalStorage<{ id: number | undefined; machine?: string }>();
let lastId = 0;

/** What is known of an activity beforehand. */
export interface ActivityPlace {
  /** The machine's name, where it is another than that of the activity around it. */
  readonly machine?: string | undefined;
}

/**
 * Does `run` and publishes it on the channels `overlay-e2e:activity:*`, so that the report and the progress lines can
 * tell of it. Activities inside of `run` nest in it, also when several run side by side.
 */
export async function activity<T>(
  kind: ActivityKind,
  title: string,
  run: (report: ActivityReport) => Promise<T>,
  place: ActivityPlace = {},
): Promise<T> {
  lastId += 1;
  const around = current.getStore();
  const machine = place.machine ?? around?.machine;
  const self: Activity = {
    id: lastId,
    parent: around?.id,
    kind,
    title: redactSecrets(title),
    ...(machine === undefined ? {} : { machine }),
    startedAt: Date.now(),
  };
  started.publish(self);
  const report: ActivityReport = {
    input: (text) => {
      self.input = redactSecrets(text);
    },
    output: (text) => {
      self.output = redactSecrets(text);
    },
    progress: (text) => {
      self.progress = redactSecrets(text);
      progressed.publish(self);
    },
  };
  try {
    return await current.run(self, () => run(report));
  } catch (error) {
    self.error = error;
    throw error;
  } finally {
    self.endedAt = Date.now();
    ended.publish(self);
  }
}

/**
 * Does `run`, and has what happens within count as happening on that machine; on none if it is undefined, for what one
 * machine is the first to need and all have. Publishes nothing itself.
 */
export async function onMachine<T>(machine: string | undefined, run: () => Promise<T>): Promise<T> {
  const id = current.getStore()?.id;
  return await current.run({ id, ...(machine === undefined ? {} : { machine }) }, run);
}

/** What an activity is called beside the name of its machine: titles have that too, for errors that have them. */
export function titleOnMachine({
  title,
  machine,
}: {
  readonly title: string;
  readonly machine?: string | undefined;
}): string {
  if (machine === undefined) return title;
  const prefix = [`machine ${machine}: `, `${machine}: `].find((one) => title.startsWith(one));
  return prefix === undefined ? title : title.slice(prefix.length);
}

/** Listens to all activities of this process from now on. Returns how to stop listening. */
export function onActivity(listener: {
  start?: (activity: Activity) => void;
  progress?: (activity: Activity) => void;
  end?: (activity: Activity) => void;
}): () => void {
  const pairs = [
    [started, listener.start],
    [progressed, listener.progress],
    [ended, listener.end],
  ] as const;
  const stops = pairs.flatMap(([on, handler]) => {
    if (handler === undefined) return [];
    const subscriber = (message: unknown) => handler(message as Activity);
    on.subscribe(subscriber);
    return [() => on.unsubscribe(subscriber)];
  });
  return () => stops.forEach((stop) => stop());
}
