import { z } from 'zod';
import { advertise } from '../advertise.ts';
import type { ClusterKind, PlannedStore } from '../cluster-kind.ts';

/** Engines that find each other through Consul, with the containers of classic Swarm. */
export const classicSwarm = z.strictObject({
  /** Classic Swarm with Consul. */
  kind: z.literal('classic-swarm'),
  /** The machine that runs Consul. */
  keystore: z.string(),
  /** The address that each engine advertises to the others: `INTERFACE:PORT`. */
  advertise,
  /** The machine that runs the Swarm manager for all engines, on port 3376. */
  master: z.string(),
});

export type ClassicSwarmPlan = Readonly<z.infer<typeof classicSwarm>>;

/** Returns the Consul of the cluster. */
export function consulOf({ keystore, ...plan }: ClassicSwarmPlan): PlannedStore {
  return { kind: 'consul', machine: keystore, advertise: plan.advertise };
}

/** A cluster on Consul whose machines run the containers of classic Swarm. */
export const classicSwarmKind: ClusterKind<ClassicSwarmPlan> = {
  auditKind: 'key-value',
  swarmState: 'inactive',
  overlayOptions: {},
  ownNetworks: [],
  creatorRole: undefined,
  networksFollowContainers: false,
  storeOf: consulOf,
  engineNeedOf: () => 'consul',
  ownContainersOn: ({ master }, machine) => [
    ...(master === machine ? ['swarm-agent-master'] : []),
    'swarm-agent',
  ],
  serviceManagerOf: () => undefined,
  whyNoContainers: () => undefined,
};
