import type { AuditReport } from '../../helpers/check/model/report.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';
import { auditSwarm, type SwarmLab } from '../swarm-mode/lab.ts';
import { waitForPath } from './wait-for-path.ts';

const STAYS = "trap 'exit 0' TERM; while :; do busybox sleep 1 & wait; done";

export const names = ['manager', 'worker'] as const;
export type Node = (typeof names)[number];

/** An encrypted network with a container on each of two nodes. */
export interface EncryptionLab {
  readonly names: typeof names;
  /** Runs a script as root on a node, and returns its output. */
  readonly inside: (node: Node, script: string) => Promise<string>;
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
  const inside: EncryptionLab['inside'] = async (node, script) =>
    (await provider.run(node, ['sh', '-ec', script], { limit: 180_000 })).stdout.trim();
  await inside(
    'manager',
    'docker network create --driver overlay --attachable --opt encrypted secret',
  );
  for (const node of names) {
    await inside(
      node,
      `docker run -d --restart always --name on-${node} --network secret ${BUSYBOX} sh -c "${STAYS}"`,
    );
  }
  return {
    names,
    inside,
    audit: async () => await auditSwarm('encryption', { manager, worker }),
    recover: async () => await waitForPath(inside),
  };
}
