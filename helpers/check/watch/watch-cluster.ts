import { setTimeout as delay } from 'node:timers/promises';
import type { AuditReport } from '../model/report.ts';
import { firstLine } from '../../process/errors/harness-error.ts';
import { describeChanges, type Round } from './changes.ts';

export interface WatchOptions {
  /** Milliseconds between two rounds. */
  readonly every: number;
  readonly signal: AbortSignal;
  readonly audit: () => Promise<AuditReport>;
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
  tell,
  readerGone,
}: WatchOptions): Promise<Round> {
  let before: Round | undefined;
  for (;;) {
    const now: Round = await audit().then(
      (report) => ({ report }),
      (error: unknown) => {
        signal.throwIfAborted();
        return { failure: firstLine(error) };
      },
    );
    const changes = before === undefined ? [] : describeChanges(before, now);
    if (before === undefined || changes.length > 0) await tell(now, changes);
    before = now;
    const woken = AbortSignal.any([signal, readerGone]);
    await delay(every, undefined, { signal: woken }).catch(() => signal.throwIfAborted());
    if (readerGone.aborted) return now;
  }
}
