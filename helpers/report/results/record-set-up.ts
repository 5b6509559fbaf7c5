import { watchActivityTrees } from './activity-tree.ts';
import { messageOf, type Step, toStep } from './step.ts';
import { errorCodesOf, errorLabel } from './labels/error-label.ts';
import { type Evidence, hostPrefix, type SyntheticResult, writeResult } from './results-writer.ts';
import { ownFrames } from './stack.ts';
import { epicOf } from './labels/tutorial-part.ts';

/** The default feature of set-ups and teardowns in the report. */
export const hostFeature = 'Set-up and teardown';

/** The label that distinguishes set-ups from teardowns. */
export const phaseLabel = 'phase';

export type HostPhase = 'set-up' | 'teardown';

/** The place of a set-up or teardown in the report. */
export interface HostPart {
  readonly feature?: string;
  /** The topology whose specs it serves. */
  readonly topology?: string;
  /** `set-up` by default. */
  readonly phase?: HostPhase;
  /** False writes nothing. */
  readonly write?: boolean;
}

/** Adds data to the result of a set-up. */
export interface HostReport {
  /** On what the specs run. */
  label(labels: Readonly<Record<string, string | readonly string[]>>): void;
  /** Adds evidence that is created after the set-up, outside its time: pictures. */
  attach(make: () => Promise<readonly Evidence[]>): void;
}

/**
 * Runs `run` outside any test, in a global set-up or teardown, and writes a separate result: named `title`, with every
 * stage, command, wait and HTTP exchange as a timed step. A failure is written too, then thrown again. The result appears
 * in the report's tree, in its history and on its timeline.
 *
 * await recordHost('Set up the seed topology', () => bringUp(…));
 * await recordHost('Tear down the seed topology', () => tearDown(…), { phase: 'teardown' });
 *
 * Of several at the same time, each needs its own scope: all activities of a scope count as a part of it.
 *
 * @param title the same in every run: no addresses, no versions of stores
 */
export async function recordHost<T>(
  title: string,
  run: (report: HostReport) => Promise<T>,
  { topology = 'seed', feature = hostFeature, phase = 'set-up', write = true }: HostPart = {},
): Promise<T> {
  const steps: Step[] = [];
  const labels: Record<string, string | readonly string[]> = {};
  const later: (() => Promise<readonly Evidence[]>)[] = [];
  const watch = watchActivityTrees((root) => steps.push(toStep(root)));
  const start = Date.now();
  let failure: { readonly error: unknown } | undefined;
  try {
    return await run({
      label: (more) => Object.assign(labels, more),
      attach: (make) => later.push(make),
    });
  } catch (error) {
    failure = { error };
    throw error;
  } finally {
    steps.push(...watch.takeUnended().map(toStep));
    watch.stop();
    const stop = Date.now();
    const { error } = failure ?? {};
    const attachments = write ? await Promise.all(later.map(async (make) => await make())) : [];
    const result: SyntheticResult = {
      name: title,
      fullName: `${hostPrefix}${title}`,
      status: failure === undefined ? 'passed' : 'broken',
      message: failure === undefined ? undefined : (messageOf(error) ?? 'it failed'),
      trace: error instanceof Error ? ownFrames(error.stack ?? '') : undefined,
      start,
      stop,
      attachments: attachments.flat(),
      steps: steps.toSorted((one, other) => one.start - other.start),
      labels: {
        ...labels,
        ...(failure === undefined ? {} : { [errorLabel]: errorCodesOf(error) }),
        [phaseLabel]: phase,
        epic: epicOf(topology),
        feature,
        topology,
        thread: 'set-up',
      },
    };
    if (write) writeResult(result);
  }
}
