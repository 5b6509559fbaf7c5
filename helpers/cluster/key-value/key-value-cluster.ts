import type { Engine } from '../../docker/engine.ts';
import type { Cluster, ClusterMember } from '../cluster.ts';
import type { ClusterPlan } from '../cluster-plan.ts';
import type { PlannedStore } from '../cluster-kind.ts';
import { readGossipMembers } from '../gossip/gossip-members.ts';
import { MEMBERS_KEY } from './stores/key-value-store.ts';
import { openKeyValueStore } from './stores/open-store.ts';
import { storeLimits } from './store-limits.ts';

/** Opens the cluster of the engines that share the key-value store on the keystore's machine. */
export function openKeyValueCluster(
  plan: ClusterPlan,
  planned: PlannedStore,
  keystore: Engine,
  engines: readonly Engine[],
): Cluster {
  const store = openKeyValueStore(planned.kind, keystore.machine.address);
  const port = planned.advertise.split(':').at(-1);
  const advertised = ({ machine }: Engine) => `${machine.address}:${port}`;
  const creator = engines.at(-1);
  if (creator === undefined) throw new Error('a cluster without engines');
  return {
    plan,
    scope: 'global',
    engines,
    creator,
    irremovableOverlays: storeLimits[store.kind].removal,
    store: {
      machine: keystore.machine,
      port: store.port,
      container: store.kind,
      describe: async () => `${store.name} ${await store.version()}`,
      servers: () => store.servers(),
      write: (key, value) => store.write(key, value),
      read: (key) => store.read(key),
      remove: (key) => store.remove(key),
      readFrom: (origin, key) => store.readFrom(origin, key),
    },
    readMembers: async () => {
      const entries = await store.readTree(MEMBERS_KEY);
      // The key names the engine that maintains the entry; the value is the address under which the others find that
      // engine.
      return entries.map(({ key, value }) => memberAt(key.slice(MEMBERS_KEY.length), value));
    },
    describeMember: (engine) => memberAt(advertised(engine), advertised(engine)),
    readMembership: async (engine) => {
      const { clusterStore, clusterAdvertise, swarm } = await engine.info();
      const { engineOptions } = engine.machine;
      return { clusterStore, clusterAdvertise, swarm, engineOptions };
    },
    describeMembership: async (engine) => ({
      clusterStore: store.url,
      clusterAdvertise: advertised(engine),
      swarm: 'inactive',
      engineOptions: [`cluster-store=${store.url}`, `cluster-advertise=${planned.advertise}`],
    }),
    readGossipPeers: ({ machine }) => readGossipMembers(machine.address),
    describeGossipPeer: ({ machine: { name, address } }) => ({ name, address, state: 'alive' }),
    useNetwork: async () => ({ [Symbol.asyncDispose]: async () => {} }),
  };
}

/** Describes a member. Its entry expires with its engine, so a present entry belongs to a running engine. */
function memberAt(name: string, address: string): ClusterMember {
  return { name, address, state: 'present' };
}
