import { auditCluster } from '../../helpers/check/audit.ts';
import type { AuditReport } from '../../helpers/check/model/report.ts';
import type { AuditTarget } from '../../helpers/check/model/target.ts';
import { initSwarm, joinSwarm, waitForSwarm } from '../../helpers/cluster/swarm-mode/swarm-mode.ts';
import { connectEngine, type Engine } from '../../helpers/docker/engine.ts';
import type { JoinTokens } from '../../helpers/docker/swarm/swarm.ts';
import { allSettled } from '../../helpers/process/errors/harness-error.ts';
import { omitUndefined } from '../../helpers/process/omit-undefined.ts';
import { prepareBusyboxImage } from '../machine/busybox-image.ts';
import type { NetnsLab } from '../machine/netns-lab.ts';

/** The engine of all machines here: Debian's newest. */
export const ENGINE = '26.1.5';

/** A swarm for one spec file. */
export interface SwarmLab extends NetnsLab {
  readonly manager: Engine;
  readonly worker: Engine;
  readonly tokens: JoinTokens;
}

/** Checks a swarm of two nodes. */
export async function auditSwarm(
  name: string,
  { manager, worker }: Pick<SwarmLab, 'manager' | 'worker'>,
): Promise<AuditReport> {
  return await auditCluster(swarmTarget(name, { manager, worker }), { limit: 180_000 });
}

/** Returns a swarm of two nodes as the target of a check. */
export function swarmTarget(
  name: string,
  { manager, worker }: Pick<SwarmLab, 'manager' | 'worker'>,
): AuditTarget {
  const hosts = [manager, worker].map((engine) => ({
    name: engine.machine.name,
    address: engine.machine.address,
    engine,
  }));
  return { name, hosts, isComplete: true, expectations: {} };
}

/** Brings up two machines with that engine, the manager's and the worker's, and a swarm of them. */
export async function bringUpSwarm(
  lab: NetnsLab,
  engineBundle: string,
  names: readonly string[] = ['manager', 'worker'],
  kernel?: 'own',
): Promise<SwarmLab> {
  const [manager, worker] = await allSettled(
    'create',
    names.map((name) => createMachine(lab, name, engineBundle, kernel)),
  );
  if (manager === undefined || worker === undefined) throw new Error('two machines expected');
  const tokens = await initSwarm(manager);
  await joinSwarm(worker, manager, tokens.worker);
  await waitForSwarm(manager, [manager, worker]);
  return { ...lab, manager, worker, tokens };
}

/** Creates a machine in addition to those of a swarm. */
export async function createMachine(
  { provider }: NetnsLab,
  name: string,
  engineBundle: string = ENGINE,
  kernel?: 'own',
): Promise<Engine> {
  const images = [await prepareBusyboxImage()];
  return connectEngine(
    await provider.create({ name, images, engineBundle, ...omitUndefined({ kernel }) }),
  );
}
