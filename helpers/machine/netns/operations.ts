import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../../debian/cache/cache.ts';
import { prepareEngineBundle } from '../../debian/engines/engine-bundle.ts';
import { prepareTools } from '../../debian/tools.ts';
import {
  bootMachine,
  hasEngineEnded,
  makeDataFolders,
  startEngine,
  writeEngineFiles,
} from '../../netns/boot/boot.ts';
import { waitUntilReady } from '../../netns/boot/engine-ready.ts';
import { seedImages } from '../../netns/images/image-store.ts';
import { ensureEgress } from '../../netns/network/egress.ts';
import { nameServerAddress } from '../../netns/network/machine-addresses.ts';
import { connectLink } from '../../netns/network/machine-link.ts';
import { forceStop } from '../../netns/state/clean-up.ts';
import type { MachineConfig } from '../../netns/state/machine-config.ts';
import { withStoreLock } from '../../netns/state/store-lock.ts';
import { machineDataFolder, type Store } from '../../netns/state/store.ts';
import { activity } from '../../process/activity.ts';
import { runCommand } from '../../process/run-command.ts';
import { Slots } from '../../process/waits/slots.ts';
import type { KernelOperations, Parts, ReservedMachine } from './kernel-operations.ts';
import { enter } from './run.ts';

/** Engines that start at the same time: more would only slow each other down, until their containerd is too late. */
const slots = new Slots(availableParallelism() * 4);

/** The operations of machines that share the kernel of this computer. */
export const netnsOperations: KernelOperations = {
  driver: 'netns',
  prepareParts,
  prepare: ({ store, config, range, parts }, images) => {
    const { Name, Driver } = config;
    const { env } = parts.tools;
    makeDataFolders(store, Name);
    return [
      connectLink(store, config, range, env),
      ...(Driver.Egress ? [withStoreLock(store, () => ensureEgress(store, range, env))] : []),
      activity('step', `machine ${Name}: images`, () =>
        seedImages(images, join(machineDataFolder(store, Name), 'docker'), parts.bundle),
      ),
    ];
  },
  startEngine: async (machine, signal) => {
    await slots.run(async () => {
      await boot(machine);
      await waitUntilReady(machine.store, machine.config, signal);
    }, signal);
  },
  restart: async (machine) => {
    const { store, config, range, parts } = machine;
    await connectLink(store, config, range, parts.tools.env);
    if (config.Driver.Egress) await ensureEgress(store, range, parts.tools.env);
    await boot(machine);
  },
  ensureEngine: async (store, config) => {
    if (hasEngineEnded(store, config.Name)) startEngine(store, config.Name);
    await waitUntilReady(store, config);
  },
  // This kernel goes on, and with it the files that it has not written to the disk yet.
  kill: async (store, { Name }) => await forceStop(store, Name, (await prepareTools()).env),
  enter,
  configureEngine,
};

const RESTART = `umask 022
cat >/run/engine.new.sh && chmod 0755 /run/engine.new.sh && mv /run/engine.new.sh /run/engine.sh || exit
cat /run/profile.new >/var/lib/boot2docker/profile && rm /run/profile.new
exec service docker restart`;

/** Configures a running machine's engine with its config.json and its certificates, and restarts the engine. */
async function configureEngine(store: Store, config: MachineConfig): Promise<void> {
  const { bundle } = await prepareParts(config.Driver.Engine);
  await writeEngineFiles(store, config, bundle.env);
  const folder = machineDataFolder(store, config.Name);
  const run = async (script: string, file: string) => {
    const { file: program, args, env } = await enter(store, config, ['sh', '-c', script]);
    const title = `machine ${config.Name}: configure its engine`;
    await runCommand(program, args, { title, env, input: await readFile(join(folder, file)) });
  };
  await run('cat >/run/profile.new', 'profile');
  await run(RESTART, 'engine.sh');
  await waitUntilReady(store, config);
}

async function prepareParts(engine: string): Promise<Parts> {
  const [tools, bundle] = await Promise.all([prepareTools(), prepareEngineBundle(engine)]);
  return { tools, bundle };
}

async function boot({ store, config, range, parts }: ReservedMachine<Parts>): Promise<void> {
  const { tools, bundle } = parts;
  await bootMachine(store, {
    config,
    env: tools.env,
    engineEnv: bundle.env,
    visible: [cacheFolder(), bundle.folder],
    nameServer: config.Driver.Egress ? nameServerAddress(range) : undefined,
  });
}
