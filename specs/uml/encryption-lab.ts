import type { AuditReport } from '../../helpers/check/model/report.ts';
import { auditSwarm, type SwarmLab } from '../swarm-mode/lab.ts';
import { type Inside, names, runOnBoth, waitForPath } from './two-nodes.ts';

/** An encrypted network with a container on each of two nodes. */
export interface EncryptionLab {
  readonly names: typeof names;
  readonly inside: Inside;
  readonly audit: () => Promise<AuditReport>;
  /** Returns when a container reaches the other one. */
  readonly recover: () => Promise<void>;
}

/** Creates the network and its containers in a swarm of machines with their own kernel. */
export async function openEncryptionLab({
  manager,
  worker,
  provider,
}: Pick<SwarmLab, 'manager' | 'worker' | 'provider'>): Promise<EncryptionLab> {
  const inside: Inside = async (node, script) =>
    (await provider.run(node, ['sh', '-ec', script], { limit: 180_000 })).stdout.trim();
  await inside(
    'manager',
    'docker network create --driver overlay --attachable --opt encrypted secret',
  );
  await runOnBoth(inside, 'secret');
  return {
    names,
    inside,
    audit: async () => await auditSwarm('encryption', { manager, worker }),
    recover: async () => await waitForPath(inside),
  };
}
