import { type Activity, onActivity } from '../../process/activity.ts';

/** An activity with the activities within it. */
export interface ActivityNode {
  readonly activity: Activity;
  readonly children: ActivityNode[];
}

/** Information about activities that never ended, for example of a test that timed out. */
export interface ActivityWatch {
  /** Gives the outermost activities that still run, as they are now, and forgets them. */
  takeUnended(): ActivityNode[];
  stop(): void;
}

/** Emits each outermost activity of this process as a whole tree after its end, so that parallel activities never mix. */
export function watchActivityTrees(onEnd: (root: ActivityNode) => void): ActivityWatch {
  const running = new Map<number, ActivityNode>();
  const roots = new Set<ActivityNode>();
  const stop = onActivity({
    start: (activity) => {
      const node: ActivityNode = { activity, children: [] };
      const parent = activity.parent === undefined ? undefined : running.get(activity.parent);
      if (parent === undefined) roots.add(node);
      else parent.children.push(node);
      running.set(activity.id, node);
    },
    end: (activity) => {
      const node = running.get(activity.id);
      running.delete(activity.id);
      if (node !== undefined && roots.delete(node)) onEnd(node);
    },
  });
  const takeUnended = () => {
    const unended = [...roots];
    roots.clear();
    return unended;
  };
  return { takeUnended, stop };
}
