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

  /** What happens right now inside of a followed activity that holds no other followed one: a command, a wait. */
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
 * Stages, and what is downloaded or built for all machines, get lines of their own; commands, waits and exchanges are too
 * many for that.
 */
export function isFollowed({ kind, machine }: Activity): boolean {
  return kind === 'stage' || (kind === 'transfer' && machine === undefined);
}
