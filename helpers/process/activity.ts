import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { redactSecrets } from './text/redact-secrets.ts';
import { omitUndefined } from './omit-undefined.ts';

/**
 * Kinds of activity: a stage of bringing a cluster up, a step within a stage, a command, a wait for a condition, an
 * exchange over HTTP or another protocol, a download or build.
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

/** Codes of the activities that other code looks for: bringing a cluster up, and the stages of it. */
export const activityCodes = [
  'bring-up',
  'keystore',
  'cluster',
  'network',
  'workload',
  'containers',
  'services',
] as const;
export type ActivityCode = (typeof activityCodes)[number];

/** A named piece of work with a start, an end and an outcome. Published when it starts and when it ends. */
export interface Activity {
  readonly id: number;
  /** The activity that contains this one. */
  readonly parent: number | undefined;
  readonly kind: ActivityKind;
  /** Stable, in contrast to the title. */
  readonly code?: ActivityCode;
  readonly title: string;
  /** The machine that the activity concerns, if any. Nested activities inherit it. */
  readonly machine?: string;
  /** The {@link inOwnScope} that it belongs to. */
  readonly scope?: symbol;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  endedAt?: number;
  /** A command line, a URL or other input. */
  input?: string;
  /** A command's output, a response's body, or the last state that a wait observed. */
  output?: string;
  /** Progress as text for people: "12 of 40 MB". */
  progress?: string;
  error?: unknown;
}

/** Receives details of a running activity. */
export interface ActivityReport {
  input(text: string): void;
  output(text: string): void;
  progress(text: string): void;
}

/** The activity, machine and scope of the running code. */
interface Around {
  readonly id: number | undefined;
  readonly machine?: string;
  readonly scope?: symbol;
}

const started = channel('overlay-e2e:activity:start');
const progressed = channel('overlay-e2e:activity:progress');
const ended = channel('overlay-e2e:activity:end');
const current = new AsyncLocalStorage<Around>();
let lastId = 0;

/** Properties of an activity that are known before it starts. */
export interface ActivityPlace {
  /** The machine's name, if it differs from the enclosing activity's. */
  readonly machine?: string | undefined;
  readonly code?: ActivityCode | undefined;
}

/**
 * Runs `run` and publishes it on the channels `overlay-e2e:activity:*` for the report and the progress lines.
 * Activities inside `run` nest in it, also when several run in parallel.
 */
export async function activity<T>(
  kind: ActivityKind,
  title: string,
  run: (report: ActivityReport) => Promise<T>,
  { code, ...place }: ActivityPlace = {},
): Promise<T> {
  lastId += 1;
  const around = current.getStore();
  const machine = place.machine ?? around?.machine;
  const self: Activity = {
    id: lastId,
    parent: around?.id,
    kind,
    ...omitUndefined({ code }),
    title: redactSecrets(title),
    ...omitUndefined({ machine, scope: around?.scope }),
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
 * Runs `run` and assigns the activities inside to that machine, or to no machine if it is undefined. Undefined is for
 * work that one machine starts and all machines share. Publishes no activity itself.
 */
export async function onMachine<T>(machine: string | undefined, run: () => Promise<T>): Promise<T> {
  const { id, scope } = current.getStore() ?? {};
  return await current.run({ id, ...omitUndefined({ machine, scope }) }, run);
}

/**
 * Runs `run` separately from other work of this process at the same time: who subscribes inside receives the activities
 * inside only. Publishes no activity itself.
 */
export async function inOwnScope<T>(run: () => Promise<T>): Promise<T> {
  return await current.run({ id: undefined, scope: Symbol('scope') }, run);
}

/** An activity's title without the name of its machine. Titles contain the name because errors repeat them. */
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

/**
 * Subscribes to all activities of this process, or of the {@link inOwnScope} that it is called in. Returns a function
 * that unsubscribes.
 */
export function onActivity(listener: {
  start?: (activity: Activity) => void;
  progress?: (activity: Activity) => void;
  end?: (activity: Activity) => void;
}): () => void {
  const scope = current.getStore()?.scope;
  const pairs = [
    [started, listener.start],
    [progressed, listener.progress],
    [ended, listener.end],
  ] as const;
  const stops = pairs.flatMap(([on, handler]) => {
    if (handler === undefined) return [];
    const subscriber = (message: unknown) => {
      const one = message as Activity;
      if (scope === undefined || one.scope === scope) handler(one);
    };
    on.subscribe(subscriber);
    return [() => on.unsubscribe(subscriber)];
  });
  return () => stops.forEach((stop) => stop());
}
