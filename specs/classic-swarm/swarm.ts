import { fileURLToPath } from 'node:url';
import {
  openSwarmManager,
  type SwarmManager,
} from '../../helpers/cluster/classic-swarm/classic-swarm.ts';
import { engineOptionsFor } from '../../helpers/cluster/key-value/stores/key-value-store.ts';
import { waitForCluster } from '../../helpers/cluster/key-value/members.ts';
import { startStore } from '../../helpers/cluster/key-value/stores/start-store.ts';
import { connectEngine, type Engine } from '../../helpers/docker/engine.ts';
import { createDockerMachineProvider } from '../../helpers/machine/docker-machine/provider.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { prepareImage } from '../../helpers/workload/images/prepare-images.ts';
import {
  isSwarmImageNamed,
  NO_SWARM_IMAGE,
  requireSwarmImage,
} from '../../helpers/workload/images/swarm.ts';
import { prepareBusyboxImage } from '../machine/busybox-image.ts';
import { test as labTest } from '../machine/netns-test.ts';

export { expect } from 'vitest';

/** A classic Swarm for one spec file: the tutorial's three machines. */
export interface Swarm {
  readonly provider: MachineProvider;
  readonly manager: SwarmManager;
  readonly master: Engine;
  readonly worker: Engine;
}

const netnsMachine = fileURLToPath(new URL('../../helpers/cli/netns-machine.sh', import.meta.url));

/** A test that is skipped with the reason if the image is not named. */
export const test = labTest.extend('swarm', { scope: 'file' }, async ({ lab }) =>
  bringUp(lab.provider),
);

test.beforeEach(({ skip }) => {
  skip(!isSwarmImageNamed(), NO_SWARM_IMAGE);
});

async function bringUp(provider: MachineProvider): Promise<Swarm> {
  const [consul, busybox, swarm] = await Promise.all([
    prepareImage('consul', 'build'),
    prepareBusyboxImage(),
    requireSwarmImage('bring up a classic Swarm'),
  ]);
  const keystore = await provider.create({
    name: 'mh-keystore',
    images: [consul.archive].flatMap(ifGiven),
  });
  const { store } = await startStore('consul', connectEngine(keystore), { image: consul.tag });
  const request = {
    engineOptions: engineOptionsFor(store),
    images: [busybox, swarm.archive].flatMap(ifGiven),
  };
  const part = { discovery: store.url, image: swarm.tag };
  const [master, worker] = await Promise.all([
    provider.create({
      ...request,
      name: 'master-host',
      swarm: { ...part, master: true, opts: ATTENTIVE },
    }),
    // With the command line of docker-machine, as users of the real docker-machine create it.
    dockerMachineOf(provider).create({
      ...request,
      name: 'worker-host',
      swarm: { ...part, master: false },
    }),
  ]);
  await waitForCluster(store, [master, worker], { provider });
  const manager = openSwarmManager(master);
  await manager.waitForNodes({
    [`${master.address}:2376`]: 'Healthy',
    [`${worker.address}:2376`]: 'Healthy',
  });
  return { provider, manager, master: connectEngine(master), worker: connectEngine(worker) };
}

/** Returns the archives of an image; none for a tag, which the engines pull. */
function ifGiven(archive: string | undefined): string[] {
  return archive === undefined ? [] : [archive];
}

/**
 * Options for a fast manager. By default, it queries an engine about every minute and gives up after three failures.
 */
const ATTENTIVE = [
  'engine-refresh-min-interval=1s',
  'engine-refresh-max-interval=2s',
  'engine-failure-retry=1',
];

/** Returns a provider of the same machines, which runs `netns-machine` as docker-machine. */
function dockerMachineOf({ store }: MachineProvider): MachineProvider {
  const env = {
    ...process.env,
    E2E_DOCKER_MACHINE: netnsMachine,
    MACHINE_DRIVER: 'netns',
    MACHINE_STORAGE_PATH: store,
  };
  return createDockerMachineProvider({ env });
}
