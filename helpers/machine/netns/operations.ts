import { prepareTools } from '../../debian/tools.ts';
import { forceStop } from '../../netns/state/clean-up.ts';
import { configureEngine, create, start } from './create.ts';
import type { KernelOperations } from './kernel-operations.ts';
import { enter } from './run.ts';

/** The operations of machines that share the kernel of this computer. */
export const netnsOperations: KernelOperations = {
  create,
  start,
  // This kernel goes on, and with it the files that it has not written to the disk yet.
  kill: async (store, { Name }) => await forceStop(store, Name, (await prepareTools()).env),
  enter,
  configureEngine,
};
