import { type Activity, titleOnMachine } from '../../process/activity.ts';
import { type Doing, doingOf, formatTime, timeOf, whyFailed } from './in-words.ts';
import { isFollowed, Running } from './running.ts';

/** A line about something that goes on or has ended. */
export interface Line {
  readonly state: 'running' | 'done' | 'failed';
  readonly depth: number;
  readonly title: string;
  /** The completed parts: "engine, gossip". */
  readonly done: string;
  /** The current step and its progress. */
  readonly now?: Doing | undefined;
  readonly time: string;
  /** The reason of a failure, unless an earlier line has it. */
  readonly why?: string | undefined;
}

/** Milliseconds that something has to take to be read. */
const MOMENT = 200;

/** The history of a machine or of a stage. */
interface Owner {
  /** Its parts, in the order of their starts; true if a part failed. */
  readonly parts: Map<string, boolean>;
  /** The stage of a machine that ended last. */
  last: Activity | undefined;
  readonly startedAt: number;
  endedAt: number;
}

/** The activities of this process as a user wants to see them: stages, transfers and machines. */
export class Scene {
  readonly running = new Running();
  readonly #told = new Set<unknown>();
  readonly #stages = new Map<number, Owner>();
  /** In the order in which they were first heard of. */
  readonly #machines = new Map<string, Owner>();

  start(activity: Activity): void {
    // Earlier activities on machines do not belong to a new outermost stage.
    if (isFollowed(activity) && !this.running.all.some(isFollowed)) this.#machines.clear();
    this.running.add(activity);
    const { machine, id } = activity;
    if (isFollowed(activity)) this.#stages.set(id, newOwner(activity));
    if (machine === undefined || this.#machines.has(machine)) return;
    this.#machines.set(machine, newOwner(activity));
  }

  /** Returns the lines to keep after an activity: of stages and transfers only; of the outermost, its machines first. */
  end(activity: Activity): Line[] {
    const { kind, machine, id } = activity;
    const kept = isFollowed(activity) ? this.#endOf(activity) : [];
    const owner = machine === undefined ? undefined : this.#machines.get(machine);
    if (owner !== undefined) owner.endedAt = Date.now();
    if (kind === 'step') {
      const parts = this.#ownerOf(activity)?.parts;
      // A repeated part stays at its position.
      const title = titleOnMachine(activity).replace(/, second read$/, '');
      parts?.set(title, activity.error !== undefined);
    }
    if (kind === 'stage' && owner !== undefined) owner.last = activity;
    this.running.remove(activity);
    this.#stages.delete(id);
    return kept;
  }

  /** Returns the reason for a failure the first time only, undefined after that. */
  why(activity: Activity): string | undefined {
    return whyFailed(activity, this.#told);
  }

  /** Returns the lines of running stages and transfers. */
  followed(): Line[] {
    const all = this.running.all.filter((one) => isFollowed(one) && one.machine === undefined);
    return all.map((activity) => {
      return {
        state: 'running',
        depth: this.running.depth(activity),
        title: activity.title,
        done: partsInWords(this.#stages.get(activity.id)?.parts),
        now: this.#nowOf(activity),
        time: timeOf(activity),
      };
    });
  }

  /** Returns the current or last step of each machine. */
  machines(): Line[] {
    return [...this.#machines].map(([name, { parts, last }]): Line => {
      const now = this.#attention(this.running.all.filter((one) => one.machine === name));
      const done = partsInWords(parts);
      if (now !== undefined) {
        const doing = this.#inPart(now);
        return { state: 'running', depth: 1, title: name, done, now: doing, time: timeOf(now) };
      }
      const state = last?.error !== undefined || hasFailed(parts) ? 'failed' : 'done';
      const ended = done === '' && last !== undefined ? titleOnMachine(last) : done;
      const time = last === undefined ? '' : timeOf(last);
      return { state, depth: 1, title: name, done: ended, time };
    });
  }

  #endOf(activity: Activity): Line[] {
    const depth = this.running.depth(activity);
    const machines = depth === 0 ? this.#inspected() : [];
    if (depth === 0) this.#machines.clear();
    const own: Line = {
      state: activity.error === undefined ? 'done' : 'failed',
      depth,
      title: activity.title,
      done: partsInWords(this.#stages.get(activity.id)?.parts),
      time: timeOf(activity),
      why: this.why(activity),
    };
    return [...machines, own];
  }

  /** Returns the lines of machines with parts that belong to no stage. */
  #inspected(): Line[] {
    return [...this.#machines]
      .filter(([, { parts }]) => parts.size > 0)
      .map(([title, { parts, startedAt, endedAt }]) => ({
        state: hasFailed(parts) ? 'failed' : 'done',
        depth: 1,
        title,
        done: partsInWords(parts),
        time: formatTime(endedAt - startedAt),
      }));
  }

  /** Returns its current step; those of machines have their own lines. */
  #nowOf(activity: Activity): Doing | undefined {
    const { progress } = activity;
    if (progress !== undefined) return { what: '', howFar: progress };
    const now = this.running.now(activity);
    return now === undefined || now.machine !== undefined ? undefined : this.#inPart(now);
  }

  /** Selects the activity to show: the innermost that takes a while, else the outermost, to avoid flicker. */
  #attention(running: readonly Activity[]): Activity | undefined {
    return running.findLast(({ startedAt }) => Date.now() - startedAt >= MOMENT) ?? running[0];
  }

  /** Returns the current step with its part: "kernel: ip -j address show". */
  #inPart(now: Activity): Doing {
    const doing = doingOf(now);
    const part = this.running.around(now).find((one) => one.kind === 'step' || isFollowed(one));
    if (part?.kind !== 'step') return doing;
    return { ...doing, what: `${titleOnMachine(part)}: ${doing.what}` };
  }

  /** Returns the owner of a step: its machine, or none if a stage of that machine shows it. */
  #ownerOf(step: Activity): Owner | undefined {
    const stage = this.running.around(step).find(isFollowed);
    if (stage === undefined || stage.machine !== undefined) return undefined;
    const { machine } = step;
    return machine === undefined ? this.#stages.get(stage.id) : this.#machines.get(machine);
  }
}

function newOwner({ startedAt }: Activity): Owner {
  return { parts: new Map(), last: undefined, startedAt, endedAt: startedAt };
}

function partsInWords(parts: ReadonlyMap<string, boolean> = new Map()): string {
  return [...parts].map(([title, failed]) => (failed ? `✖ ${title}` : title)).join(', ');
}

function hasFailed(parts: ReadonlyMap<string, boolean>): boolean {
  return [...parts.values()].includes(true);
}
