import type { Engine } from '../../helpers/docker/engine.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';

/** Makes the worker the only manager of a swarm, and its manager a worker. */
export async function changeRoles(manager: Engine, worker: Engine): Promise<void> {
  const nodes = await manager.nodes.list();
  const idOf = (engine: Engine) =>
    nodes.find(({ hostname }) => hostname === engine.machine.name)?.id ?? '';
  await manager.nodes.update(idOf(worker), { role: 'manager' });
  await waitForManagers(worker, [manager, worker]);
  await worker.nodes.update(idOf(manager), { role: 'worker' });
  await waitForManagers(worker, [worker]);
}

/** Waits until an engine is a manager and reports exactly these managers, all reachable. */
async function waitForManagers(engine: Engine, managers: readonly Engine[]): Promise<void> {
  const names = managers.map(({ machine }) => machine.name).toSorted();
  await waitFor(
    `${engine.machine.name}: managers ${names.join(', ')}`,
    async () => {
      const nodes = await engine.nodes.list({ quiet: true });
      const reachable = nodes.filter(({ manager }) => manager?.reachable === true);
      const found = reachable.map(({ hostname }) => hostname).toSorted();
      return found.join() === names.join() ? done(undefined) : notYet(found.join(', ') || 'none');
    },
    { limit: 120_000 },
  );
}
