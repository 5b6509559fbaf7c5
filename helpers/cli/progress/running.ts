import type { Activity } from '../../process/activity.ts';

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

  /** In how many followed activities this one lies. */
  depth(activity: Activity): number {
    return this.around(activity).filter(isFollowed).length;
  }

  /** Returns the current activity, such as a command or a wait, inside a followed activity without other followed ones. */
  now(activity: Activity): Activity | undefined {
    const within = this.all.filter((other) => this.around(other).includes(activity));
    return within.some(isFollowed) ? undefined : within.at(-1);
  }

  /** The running activities within which this one happens, the nearest first. */
  around(activity: Activity): Activity[] {
    const { parent } = activity;
    const outer = parent === undefined ? undefined : this.#byId.get(parent);
    return outer === undefined ? [] : [outer, ...this.around(outer)];
  }
}

/**
 * Returns true for activities with their own line: stages, and downloads or builds for all machines. Commands, waits and
 * exchanges are too many.
 */
export function isFollowed({ kind, machine }: Activity): boolean {
  return kind === 'stage' || (kind === 'transfer' && machine === undefined);
}
