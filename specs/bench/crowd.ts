import { connectEngine } from '../../helpers/docker/engine.ts';
import { openProvider } from '../../helpers/machine/choose-provider.ts';
import { allSettled } from '../../helpers/process/errors/harness-error.ts';
import type { InterruptionWatch } from '../../helpers/process/errors/interruption.ts';
import { bringUp } from '../../helpers/topology/bring-up/bring-up.ts';
import type { Topology } from '../../helpers/topology/topology.ts';
import { PATH, prepareBase } from '../../helpers/debian/images/base.ts';
import { buildImage, type ImageRecipe } from '../../helpers/debian/images/recipe.ts';

/** The number of hosts in the large cluster for `check`, and of containers on each host. */
export const crowdHosts = 16;
export const crowdContainers = 2;

const network = 'crowd';
const names = Array.from({ length: crowdHosts }, (_, index) => `host-${index + 1}`);
const [first = '', second = ''] = names;

const crowd: Topology = {
  name: 'crowd',
  cluster: { kind: 'consul', keystore: 'store', advertise: 'eth1:2376' },
  machines: ['store', ...names].map((name) => ({ name })),
  networks: [{ name: network, driver: 'overlay', subnet: '10.0.16.0/24', createdOn: first }],
  workload: {
    network,
    application: { container: 'none-1', machine: first },
    database: { container: 'none-2', machine: second },
  },
};

/** The image of idle containers. */
const idler: ImageRecipe = {
  name: 'idler',
  tag: 'overlay-e2e/idler:latest',
  config: { Env: [`PATH=${PATH}`], Cmd: ['sleep', 'infinity'] },
  parts: async () => ({ layers: [await prepareBase()] }),
  sources: [import.meta.filename],
  addLayer: async () => {},
};

/** Brings up the large cluster in a state directory: many hosts, each with containers on one overlay. */
export async function bringUpLargeCluster(store: string, watch: InterruptionWatch): Promise<void> {
  const env = { ...process.env, MACHINE_STORAGE_PATH: store, E2E_PROVIDER: 'netns' };
  const provider = await openProvider(env);
  const archive = await buildImage(idler);
  await bringUp(crowd, provider, { until: 'network', watch });
  const filled = names.map(async (host) => {
    using engine = connectEngine(await provider.inspect(host));
    await engine.images.load(archive, { limit: 300_000 });
    for (let count = 1; count <= crowdContainers; count++) {
      await engine.containers.run(
        { name: `${host}-${count}`, image: idler.tag, network },
        { limit: 300_000 },
      );
    }
  });
  await allSettled('start containers on all hosts', filled);
}
