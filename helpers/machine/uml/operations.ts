import { prepareTools } from '../../debian/tools.ts';
import { forceStop } from '../../netns/state/clean-up.ts';
import type { KernelOperations } from '../netns/kernel-operations.ts';
import { configureEngine, create, start } from './create.ts';
import { enter, runInside } from './run.ts';

/** The operations of machines with their own kernel. */
export const umlOperations: KernelOperations = {
  create,
  start,
  kill: async (store, config, { unwritten = 'written' }) => {
    // A kernel that has ended, or does not answer, is still killed.
    if (unwritten === 'written') {
      await runInside(store, config, ['sync'], { limit: 5000 }).catch(() => undefined);
    }
    await forceStop(store, config.Name, (await prepareTools()).env);
  },
  enter,
  configureEngine,
};
