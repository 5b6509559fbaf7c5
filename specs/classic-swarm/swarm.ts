import { fileURLToPath } from 'node:url';
import {
  openSwarmManager,
  type SwarmManager,
} from '../../helpers/cluster/classic-swarm/classic-swarm.ts';
import { engineOptionsFor } from '../../helpers/cluster/key-value/key-value-store.ts';
import { waitForCluster } from '../../helpers/cluster/key-value/members.ts';
import { startStore } from '../../helpers/cluster/key-value/start-store.ts';
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
import { test as labTest } from '../machine/netns-lab.ts';

export { expect } from 'vitest';

/** A classic Swarm of the spec file's own: the tutorial's three machines. */
export interface Swarm {
  readonly provider: MachineProvider;
  readonly manager: SwarmManager;
  readonly master: Engine;
  readonly worker: Engine;
}

const netnsMachine = fileURLToPath(new URL('../../helpers/cli/netns-machine.sh', import.meta.url));

/** A test that is skipped, for that reason, where nobody has named the image. */
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
    // By docker-machine's command line, as whoever has the real one makes it.
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

/** An image that is a tag alone has no archive: the engines pull it. */
function ifGiven(archive: string | undefined): string[] {
  return archive === undefined ? [] : [archive];
}

/** By itself the manager looks at an engine every minute or so, and gives it up at the third failure. */
const ATTENTIVE = [
  'engine-refresh-min-interval=1s',
  'engine-refresh-max-interval=2s',
  'engine-failure-retry=1',
];

/** The same machines, by `netns-machine` called as docker-machine. */
function dockerMachineOf({ store }: MachineProvider): MachineProvider {
  const env = {
    ...process.env,
    E2E_DOCKER_MACHINE: netnsMachine,
    MACHINE_DRIVER: 'netns',
    MACHINE_STORAGE_PATH: store,
  };
  return createDockerMachineProvider({ env });
}
