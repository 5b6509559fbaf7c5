import type { Activity } from '../../process/activity.ts';
import { firstLine } from '../../process/harness-error.ts';

/** The activities that run now, by id, in the order in which they began. */
export class Running {
  readonly #byId = new Map<number, Activity>();

  add(activity: Activity): void {
    this.#byId.set(activity.id, activity);
  }

  remove(activity: Activity): void {
    this.#byId.delete(activity.id);
  }

  get all(): Activity[] {
    return [...this.#byId.values()];
  }

  /** Those that a reader follows, each with how deep it lies in others of them. */
  lines(): { activity: Activity; depth: number }[] {
    return this.all
      .filter(isFollowed)
      .map((activity) => ({ activity, depth: this.depth(activity) }));
  }

  /** In how many followed activities this one lies. */
  depth(activity: Activity): number {
    let depth = 0;
    for (let up = this.#parent(activity); up !== undefined; up = this.#parent(up)) {
      if (isFollowed(up)) depth += 1;
    }
    return depth;
  }

  /** What happens right now inside of a followed activity that holds no other followed one: a command, a wait. */
  now(activity: Activity): Activity | undefined {
    if (this.all.some((other) => isFollowed(other) && this.#isWithin(other, activity))) {
      return undefined;
    }
    return this.all.findLast((other) => this.#isWithin(other, activity));
  }

  #isWithin(activity: Activity, outer: Activity): boolean {
    for (let up = this.#parent(activity); up !== undefined; up = this.#parent(up)) {
      if (up === outer) return true;
    }
    return false;
  }

  #parent(activity: Activity): Activity | undefined {
    return activity.parent === undefined ? undefined : this.#byId.get(activity.parent);
  }
}

/** Stages and transfers get lines of their own; commands, waits and HTTP exchanges are too many for that. */
export function isFollowed(activity: Activity): boolean {
  return activity.kind === 'stage' || activity.kind === 'transfer';
}

/** «0.3 s», «12.4 s», «3 min 05 s». */
export function formatTime(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  const rest = Math.round(seconds % 60);
  return `${Math.floor(seconds / 60)} min ${String(rest).padStart(2, '0')} s`;
}

/** How long an activity took, or has taken so far. */
export function timeOf(activity: Activity): string {
  return formatTime((activity.endedAt ?? Date.now()) - activity.startedAt);
}

/** Title, time, and why it failed unless a line above has told that already. */
export function endLine(activity: Activity, told: Set<unknown>): string {
  const line = `${activity.title}  ${timeOf(activity)}`;
  const { error } = activity;
  // Who interrupts knows why.
  const isAbort = error instanceof Error && ['AbortError', 'Interrupted'].includes(error.name);
  if (error === undefined || isAbort || told.has(error)) return line;
  told.add(error);
  return `${line}  ${firstLine(error)}`;
}
