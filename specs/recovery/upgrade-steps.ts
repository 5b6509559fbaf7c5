import { connectEngine } from '../../helpers/docker/engine.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { changeRoles } from '../swarm-mode/change-roles.ts';

/** A step of the upgrade of a swarm, after which everything must work again. */
export interface UpgradeStep {
  readonly title: string;
  readonly act: () => Promise<void>;
}

/** A running swarm of two machines. */
export interface UpgradedSwarm {
  readonly provider: MachineProvider;
  readonly manager: string;
  readonly worker: string;
  /** Moves a machine to the new engine. Its containers stop. */
  readonly moveEngine: (machine: string) => Promise<void>;
}

/**
 * Returns the steps that upgrade a swarm machine by machine. The manager gives its role away before its upgrade: workers do
 * not find a manager that starts alone for up to a minute.
 */
export function upgradeSteps(swarm: UpgradedSwarm): readonly UpgradeStep[] {
  const { manager, worker } = swarm;
  return [
    { title: `upgrade ${worker}, a worker`, act: () => upgrade(swarm, worker) },
    { title: 'change of roles', act: () => moveRole(swarm) },
    { title: `upgrade ${manager}, a worker by then`, act: () => upgrade(swarm, manager) },
  ];
}

async function upgrade({ provider, moveEngine }: UpgradedSwarm, machine: string): Promise<void> {
  const { stdout } = await provider.run(machine, ['docker', 'ps', '--quiet']);
  const containers = stdout.split('\n').filter((id) => id !== '');
  await moveEngine(machine);
  // With --restart=always, the engine does this.
  await provider.run(machine, ['docker', 'start', ...containers], { limit: 120_000 });
}

async function moveRole({ provider, manager, worker }: UpgradedSwarm): Promise<void> {
  using first = connectEngine(await provider.inspect(manager));
  using second = connectEngine(await provider.inspect(worker));
  await changeRoles(first, second);
}
