import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../../debian/cache/cache.ts';
import { type EngineBundle, prepareEngineBundle } from '../../debian/engines/engine-bundle.ts';
import { prepareTools } from '../../debian/tools.ts';
import { findInit, writeEngineFiles } from '../../netns/boot/boot.ts';
import { waitForEngineOf } from '../../netns/boot/engine-ready.ts';
import { seedImages } from '../../netns/images/image-store.ts';
import { ensureEgress } from '../../netns/network/egress.ts';
import { connectBareLink } from '../../netns/network/machine-link.ts';
import { forceStop } from '../../netns/state/clean-up.ts';
import type { MachineConfig } from '../../netns/state/machine-config.ts';
import { withStoreLock } from '../../netns/state/store-lock.ts';
import { machineDataFolder, type Store } from '../../netns/state/store.ts';
import { activity } from '../../process/activity.ts';
import { firstLine, HarnessError } from '../../process/errors/harness-error.ts';
import { isRootless } from '../../process/rootless.ts';
import { tail } from '../../process/run-command.ts';
import { bootGuest, readConsole, readEngineEnd } from '../../uml/boot/boot.ts';
import { Slots } from '../../process/waits/slots.ts';
import { makeDisk, seedFolder } from '../../uml/disk/disk.ts';
import { loadImages } from '../../uml/disk/load-images.ts';
import { guestEnvironment } from '../../uml/root/guest-environment.ts';
import { prepareGuestRoot } from '../../uml/root/guest-root.ts';
import type { KernelOperations, Parts, ReservedMachine } from '../netns/kernel-operations.ts';
import { requireOwnKernels } from './require-own-kernels.ts';
import { enter, runInside } from './run.ts';

/** Kernels and engines that start at the same time: more would only slow each other down. */
const slots = new Slots(availableParallelism());

/** The parts from the cache that each machine needs. */
interface UmlParts extends Parts {
  /** The root file system. */
  readonly root: string;
}

/** The operations of machines with their own kernel. */
export const umlOperations: KernelOperations<UmlParts> = {
  driver: 'uml',
  prepareParts,
  prepare: (machine, images) => {
    const { store, config, parts } = machine;
    const name = config.Name;
    mkdirSync(join(machineDataFolder(store, name), 'etc-docker'), {
      recursive: true,
      mode: 0o700,
    });
    return [
      connectBareLink(store, config, parts.tools.env),
      ...(config.Driver.Egress ? [withStoreLock(store, () => startEgress(machine))] : []),
      activity('step', `machine ${name}: disk`, async () => {
        const folder = seedFolder(store, name);
        mkdirSync(folder, { recursive: true, mode: 0o710 });
        if (!isRootless()) await seedImages(images, folder, parts.bundle);
        await makeDisk(store, name);
      }),
    ];
  },
  bootFirst: async (machine, signal) => {
    await slots.run(() => boot(machine, { withEngine: false }, signal), signal);
  },
  startEngine: async (machine, signal) => {
    const { store, config } = machine;
    await slots.run(async () => {
      if (findInit(store, config.Name) !== undefined) {
        await startEngine(store, config, signal);
        return;
      }
      await boot(machine, { withEngine: true }, signal);
      await waitUntilReady(store, config, signal);
    }, signal);
  },
  loadImages: async ({ store, config }, images, signal) => {
    if (!isRootless()) return;
    await loadImages(store, config.Name, images, async (argv, title) => {
      await runInside(store, config, argv, { title, signal, limit: 600_000 });
    });
  },
  restart: async (machine) => {
    await connectBareLink(machine.store, machine.config, machine.parts.tools.env);
    if (machine.config.Driver.Egress) await startEgress(machine);
    await slots.run(() => boot(machine, { withEngine: true }));
  },
  ensureEngine: async (store, config) => {
    if (readEngineEnd(store, config.Name) === undefined) await waitUntilReady(store, config);
    else await slots.run(() => startEngine(store, config));
  },
  kill: async (store, config, { unwritten = 'written' }) => {
    // A kernel that has ended, or does not answer, is still killed.
    if (unwritten === 'written') {
      await runInside(store, config, ['sync'], { limit: 5000 }).catch(() => undefined);
    }
    await forceStop(store, config.Name, (await prepareTools()).env);
  },
  enter,
  configureEngine,
};

/** Stops the engine, and starts it with the files of the machine's folder. */
const RESTART = `umask 022
service docker stop || exit
cp /machine/etc-docker/* /etc/docker/ && cat /machine/profile >/var/lib/boot2docker/profile || exit
cp /machine/engine.sh /run/engine.sh && chmod 0755 /run/engine.sh && rm -f /machine/replies/engine-ended || exit
kill -USR1 1`;

/** Configures a running machine's engine with its config.json and its certificates, and restarts the engine. */
async function configureEngine(store: Store, config: MachineConfig): Promise<void> {
  const { root, bundle } = await prepareParts(config.Driver.Engine);
  await writeEngineFiles(store, config, guestEnvironment(root, bundle));
  const title = `machine ${config.Name}: configure its engine`;
  await runInside(store, config, ['sh', '-c', RESTART], { title, limit: 300_000 });
  await waitUntilReady(store, config);
}

async function prepareParts(engine: string): Promise<UmlParts> {
  requireOwnKernels('machines with their own kernel');
  if (engine === 'system') {
    throw new HarnessError({
      code: 'engine-unsuitable',
      tried: 'engine bundle system',
      observed: 'machines with their own kernel do not see the programs of this host',
      hint: 'give a version, or the folder of an engine',
    });
  }
  const [tools, bundle, root] = await Promise.all([
    prepareTools(),
    prepareEngineBundle(engine),
    prepareGuestRoot(),
  ]);
  return { tools, bundle, root };
}

/** Starts the egress of the network. Requires the lock of the state directory. */
async function startEgress(machine: ReservedMachine<UmlParts>): Promise<void> {
  const { store, config, range, parts } = machine;
  if (isRootless()) {
    throw new HarnessError({
      code: 'egress-failed',
      tried: `machine ${config.Name}: egress`,
      observed: 'without root, machines are in namespaces that have no way to other networks',
      hint: 'create it as root, or without egress',
    });
  }
  await ensureEgress(store, range, parts.tools.env);
}

async function boot(
  { store, config, range, parts }: ReservedMachine<UmlParts>,
  { withEngine }: { readonly withEngine: boolean },
  signal?: AbortSignal,
): Promise<void> {
  const { tools, bundle, root } = parts;
  await writeEngineFiles(store, config, guestEnvironment(root, bundle));
  const visible = visibleFolders(bundle);
  await bootGuest(store, { config, range, root, env: tools.env, visible, withEngine }, signal);
}

/** The folders of the host that a machine reads: images and engines are in the cache. */
function visibleFolders({ folder }: EngineBundle): string[] {
  const cache = cacheFolder();
  return folder.startsWith(`${cache}/`) ? [cache] : [cache, folder];
}

/** Has PID 1 of a running machine start its engine, and waits until it answers. */
async function startEngine(
  store: Store,
  config: MachineConfig,
  signal?: AbortSignal,
): Promise<void> {
  const title = `${config.Name}: start its engine`;
  const argv = ['sh', '-c', 'rm -f /machine/replies/engine-ended; kill -USR1 1'] as const;
  await runInside(store, config, argv, { title, signal, limit: 120_000 });
  await waitUntilReady(store, config, signal);
}

/** The last lines of a machine's kernel and of its engine. */
async function readLogs(store: Store, config: MachineConfig): Promise<string> {
  const script = 'tail -n 30 /var/log/docker.log; ps -eo pid,stat,wchan:20,time,args | head -n 60';
  const engine = await runInside(store, config, ['sh', '-c', script], { limit: 30_000 }).then(
    ({ stdout }) => stdout,
    // A kernel that hangs takes no commands either.
    (error: unknown) => firstLine(error),
  );
  return `${await readConsole(store, config.Name)}\n${engine}`;
}

/** Waits until a machine's engine answers a client with a certificate on TCP. */
async function waitUntilReady(
  store: Store,
  config: MachineConfig,
  signal?: AbortSignal,
): Promise<void> {
  const name = config.Name;
  await waitForEngineOf(config, {
    limit: 240_000,
    every: 100,
    signal,
    evidence: () => readLogs(store, config),
    checkAlive: async () => {
      if (findInit(store, name) === undefined) {
        throw new HarnessError({
          code: 'machine-start-failed',
          tried: `machine ${name}: boot`,
          observed: 'it has ended',
          evidence: await readConsole(store, name),
        });
      }
      const end = readEngineEnd(store, name);
      if (end === undefined) return;
      const last = tail(end.log, 1);
      throw new HarnessError({
        code: 'engine-not-ready',
        tried: `machine ${name}: start the engine`,
        observed: `dockerd has ended${last === '' ? '' : `, "${last}"`}`,
        evidence: end.log,
      });
    },
  });
}
