import { z } from 'zod';
import type { ClusterKind } from '../cluster-kind.ts';

/** Engines that are nodes of one swarm and find each other through its manager. */
export const swarmMode = z.strictObject({
  /** Docker's swarm mode, without a key-value store. */
  kind: z.literal('swarm-mode'),
  /** The machine whose engine creates the swarm and is its only manager. */
  manager: z.string(),
  /** The UDP port for packets of overlay networks, as in `docker swarm init --data-path-port`. Default: 4789. */
  dataPathPort: z
    .int()
    .min(1024, 'it is not a port of 1024 to 49151')
    .max(49_151, 'it is not a port of 1024 to 49151')
    .exactOptional(),
});

export type SwarmModePlan = Readonly<z.infer<typeof swarmMode>>;

/** A swarm. Its managers keep the data of the cluster. */
export const swarmModeKind: ClusterKind<SwarmModePlan> = {
  auditKind: 'swarm-mode',
  swarmState: 'active',
  // Swarm mode reserves its overlay networks for services unless they are attachable.
  overlayOptions: { attachable: true },
  // The network of the routing mesh has the first range of the default address pool.
  ownNetworks: [{ name: 'ingress', subnet: '10.0.0.0/24' }],
  creatorRole: 'manager',
  networksFollowContainers: true,
  storeOf: () => undefined,
  engineNeedOf: () => 'swarm-mode',
  ownContainersOn: () => [],
  serviceManagerOf: ({ manager }) => manager,
  whyNoContainers: () => undefined,
};
