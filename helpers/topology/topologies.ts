import { InputError } from '../process/errors/input-error.ts';
import { suggestName } from '../process/text/suggest-name.ts';
import { swarmServices } from './swarm-services.ts';
import { carCluster, onKeystore, seed } from './seed.ts';
import { combine, type Topology } from './topology.ts';

const etcd: Topology = {
  ...onKeystore,
  name: 'etcd',
  cluster: { kind: 'etcd', keystore: 'mh-keystore', advertise: 'eth1:2376' },
};

const zookeeper: Topology = {
  ...onKeystore,
  name: 'zookeeper',
  cluster: { kind: 'zookeeper', keystore: 'mh-keystore', advertise: 'eth1:2376' },
};

/** The tutorial to the letter, including the manager and the agents of classic Swarm that its docker-machine starts. */
const classicSwarm: Topology = {
  ...onKeystore,
  name: 'classic-swarm',
  cluster: {
    kind: 'classic-swarm',
    keystore: 'mh-keystore',
    advertise: 'eth1:2376',
    master: 'master-host',
  },
};

/** Today's equivalent of the tutorial's cluster. */
const swarmMode: Topology = {
  ...carCluster,
  name: 'swarm-mode',
  cluster: { kind: 'swarm-mode', manager: 'master-host' },
  engineBundle: '26.1.5',
  machines: [{ name: 'master-host' }, { name: 'worker-host' }],
};

/** The tutorial's cluster as each cluster kind. */
export const tutorialTopologies: readonly Topology[] = [
  seed,
  etcd,
  zookeeper,
  classicSwarm,
  swarmMode,
];

/** All built-in topologies. */
export const topologies: readonly Topology[] = [...tutorialTopologies, swarmServices];

/** Returns the built-in topology with a name, or a {@link combine combination} with an engine. */
export function findTopology(name: string): Topology {
  const [kind, engine] = name.split(/@(.*)/);
  const topology = topologies.find((one) => one.name === kind);
  if (topology !== undefined) return engine === undefined ? topology : combine(topology, engine);
  const names = topologies.map((one) => one.name);
  throw new InputError({
    code: 'name-unknown',
    observed: `unknown topology "${name}"`,
    hint: suggestName(name, names, 'topologies'),
  });
}
