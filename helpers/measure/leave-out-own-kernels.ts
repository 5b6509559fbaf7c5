import { HarnessError } from '../process/errors/harness-error.ts';
import type { TopologyDocument } from '../topology/document.ts';
import type { PathPlan } from './plan-paths.ts';

/**
 * Leaves out the machines with their own kernel, and paths to listeners there: the meter needs a command whose output
 * comes while it runs, and the clock of this computer. Throws if no path remains.
 *
 * The provider of the topology counts, not that of this process: both create machines in the same state directory.
 */
export function leaveOutOwnKernels(
  plan: PathPlan,
  { machines, provider }: Pick<TopologyDocument, 'machines' | 'provider'>,
): PathPlan {
  const own = new Set(
    machines
      .filter(({ kernel }) => kernel === 'own' || provider !== 'netns')
      .map(({ name }) => name),
  );
  const paths = plan.paths.filter(({ machine, kind, to }) => {
    const target = plan.containers.find(({ name }) => name === to)?.machine;
    const listens = ['udp', 'tcp', 'stream'].includes(kind);
    return !own.has(machine) && !(listens && target !== undefined && own.has(target));
  });
  if (paths.length === 0) {
    throw new HarnessError({
      code: 'input-invalid',
      tried: 'measure the running topology',
      observed:
        own.size > 0
          ? 'no path begins on a machine that shares the kernel of this computer'
          : 'the topology has no two containers on one network',
      hint: 'measure a topology with containers on machines of the provider netns',
    });
  }
  return {
    containers: plan.containers.filter(({ machine }) => !own.has(machine)),
    paths,
    unmeasured: [...plan.unmeasured, ...[...own].map((name) => `${name}: it has its own kernel`)],
  };
}
