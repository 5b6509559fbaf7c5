import { setTimeout as delay } from 'node:timers/promises';
import type { AuditReport } from '../model/report.ts';
import { firstLine } from '../../process/errors/harness-error.ts';
import { describeChanges, describeFlapping, type Round } from './changes.ts';
import { type Flapping, FlappingWatch } from './flapping.ts';

export interface WatchOptions {
  /** Milliseconds between two rounds. */
  readonly every: number;
  readonly signal: AbortSignal;
  readonly audit: () => Promise<AuditReport>;
  /** Receives every round, and the findings that have begun to come and go. */
  readonly note?: (round: Round, flapping: FlappingWatch, begun: readonly Flapping[]) => void;
  /** Receives the first round, and each round with another report, with the changes line by line. */
  readonly tell: (round: Round, changes: readonly string[]) => Promise<void>;
  /** Aborts when nothing reads the output any more. */
  readonly readerGone: AbortSignal;
}

/**
 * Audits repeatedly, and reports changes. It ends when nothing reads the output any more, and returns the last round; when
 * interrupted, it throws the reason.
 */
export async function watchCluster({
  every,
  signal,
  audit,
  note,
  tell,
  readerGone,
}: WatchOptions): Promise<Round> {
  let before: Round | undefined;
  const flapping = new FlappingWatch();
  for (;;) {
    const now: Round = await audit().then(
      (report) => ({ report }),
      (error: unknown) => {
        signal.throwIfAborted();
        return { failure: firstLine(error) };
      },
    );
    const begun = 'report' in now ? flapping.note(now.report.diagnoses, Date.now()) : [];
    note?.(now, flapping, begun);
    const changes = [
      ...(before === undefined ? [] : describeChanges(before, now)),
      ...begun.map(describeFlapping),
    ];
    if (before === undefined || changes.length > 0) await tell(now, changes);
    before = now;
    const woken = AbortSignal.any([signal, readerGone]);
    await delay(every, undefined, { signal: woken }).catch(() => signal.throwIfAborted());
    if (readerGone.aborted) return now;
  }
}
