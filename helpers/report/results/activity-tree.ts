import { type Activity, onActivity } from '../../process/activity.ts';

/** An activity with those that happened inside of it. */
export interface ActivityNode {
  readonly activity: Activity;
  readonly children: ActivityNode[];
}

/** What is to be known of activities that nobody ended: of a test that ran into its limit, say. */
export interface ActivityWatch {
  /** Gives the outermost activities that still run, as they are now, and forgets them. */
  takeUnended(): ActivityNode[];
  stop(): void;
}

/**
 * Gives each outermost activity of this process as a whole tree once it has ended. Whole trees, and not beginnings and
 * ends as they happen: what goes on side by side then never mixes.
 */
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
