import { watchActivityTrees } from './activity-tree.ts';
import { messageOf, type Step, toStep } from './step.ts';
import { hostPrefix, writeResult } from './results-writer.ts';
import { ownFrames } from './stack.ts';
import { epicOf } from './tutorial-part.ts';

/** Where in the report a set-up or a take-down stands. */
export interface HostPart {
  readonly feature?: string;
  /** The topology whose specs it serves. */
  readonly topology?: string;
}

/**
 * Does `run` outside of any test, in a global set-up or take-down, and writes a result of its own about it: named
 * `title`, with every stage, command, wait and HTTP exchange as a timed step. A failure is written too, then thrown on.
 * The result appears in the report's tree, in its history and on its timeline.
 *
 *     await recordHost('Set up the seed topology', () => standUp(…));
 *     await recordHost('Take down the seed topology', () => takeDown(…));
 *
 * One at a time in a process: what goes on in the process meanwhile is taken for a part of it.
 *
 * @param title the same in every run: no addresses, no store names
 */
export async function recordHost<T>(
  title: string,
  run: () => Promise<T>,
  { topology = 'seed', feature = 'Set-up and take-down' }: HostPart = {},
): Promise<T> {
  const steps: Step[] = [];
  const watch = watchActivityTrees((root) => steps.push(toStep(root)));
  const start = Date.now();
  let failure: { readonly error: unknown } | undefined;
  try {
    return await run();
  } catch (error) {
    failure = { error };
    throw error;
  } finally {
    steps.push(...watch.takeUnended().map(toStep));
    watch.stop();
    const { error } = failure ?? {};
    writeResult({
      name: title,
      fullName: `${hostPrefix}${title}`,
      status: failure === undefined ? 'passed' : 'broken',
      message: failure === undefined ? undefined : (messageOf(error) ?? 'it failed'),
      trace: error instanceof Error ? ownFrames(error.stack ?? '') : undefined,
      start,
      stop: Date.now(),
      steps: steps.toSorted((one, other) => one.start - other.start),
      labels: { epic: epicOf(topology), feature, topology, thread: 'set-up' },
    });
  }
}
