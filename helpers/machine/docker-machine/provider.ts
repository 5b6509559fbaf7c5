import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { hasCode } from '../../process/errors/harness-error.ts';
import { parseJson } from '../../process/text/parse-json.ts';
import { bindDockerMachine, type CallDockerMachine } from './command.ts';
import { checkRequest, driverOf, engineBundleOf } from './create-arguments.ts';
import {
  dockerMachineCommand,
  dockerMachineEnvironment,
  isNetnsDriver,
  usualDriver,
} from './environment.ts';
import { inspect, list, listRows, unknownMachine } from './inspect.ts';
import { cleanUp, create } from './create.ts';
import { wrapAsRoot } from './remote-shell.ts';
import { run } from './run.ts';
import { isCertificateError, waitForEngine } from '../../docker/endpoints/wait-for-engine.ts';
import { serializeFirstCreate } from './serialize-first-create.ts';
import { forgetMade, listMade } from './unfinished-machines.ts';
import type { MachineProvider } from '../machine.ts';
import { publishMachines, waitForEngineAfter } from '../publish-machines.ts';

export interface DockerMachineOptions {
  /**
   * Environment variables of docker-machine and its drivers, with the names in docker-machine's documentation. Default:
   * the environment of this process.
   */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Creates the provider that runs `docker-machine`, with the driver in `MACHINE_DRIVER` (default: virtualbox), or the
 * command in `E2E_DOCKER_MACHINE`, which must have docker-machine's command line.
 */
export function createDockerMachineProvider({
  env = process.env,
}: DockerMachineOptions = {}): MachineProvider {
  const ownEnv = dockerMachineEnvironment(env);
  const call = bindDockerMachine(dockerMachineCommand(env), ownEnv);
  const store = ownEnv.MACHINE_STORAGE_PATH;
  const inOrder = serializeFirstCreate(store);
  const oneAtATime = createQueue();
  return publishMachines<MachineProvider>({
    name: 'docker-machine',
    store,
    // Machines of docker-machine's own drivers have a route to a registry.
    pullsImages: !isNetnsDriver(usualDriver(env)),
    // For the next machine.
    keptFiles: ['cache', 'certs', 'machines'],
    create: async (request, { signal } = {}) => {
      checkRequest(request, env);
      // docker-machine creates a machine and its engine in one step, so nothing can be prepared.
      await waitForEngineAfter(request, signal);
      const make = () =>
        inOrder((certificatesMade) =>
          create({ call, env, store, request, certificatesMade, signal }),
        );
      return createsOneAtATime(driverOf(request, env)) ? await oneAtATime(make) : await make();
    },
    engineBundleOf: (request, usual) => engineBundleOf(request, env, usual),
    list: () => list(call),
    listOwn: () => listOwn(call, store),
    inspect: (name) => inspect(call, name),
    trySharedKernel: async () => undefined,
    makeRoom: async () => {},
    run: (name, argv, options) => run(call, name, argv, options),
    enter: async (name, argv) => ({
      file: dockerMachineCommand(env),
      args: ['ssh', name, wrapAsRoot(argv)],
      env: ownEnv,
      readsTerminal: true,
    }),
    start: (name) => start(call, name),
    stop: (name) => callForState(call, 'stop', name),
    reboot: async (name) => {
      await callForState(call, 'stop', name);
      await start(call, name);
    },
    kill: (name) => callForState(call, 'kill', name),
    remove: (names) => remove(call, store, names),
    cleanUp: () => cleanUp(call, store),
  });
}

/** Returns true for VirtualBox, whose commands block each other. Other drivers can create machines in parallel. */
function createsOneAtATime(driver: string): boolean {
  return driver === 'virtualbox';
}

/** Creates a FIFO queue of tasks. A failed task does not stop the queue. */
function createQueue() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(make: () => Promise<T>): Promise<T> => {
    const next = last.then(make);
    last = next.catch(() => undefined);
    return next;
  };
}

async function start(call: CallDockerMachine, name: string): Promise<void> {
  await callForState(call, 'start', name);
  const machine = await inspect(call, name);
  try {
    await waitForEngine(machine);
  } catch (error) {
    if (!isCertificateError(error)) throw error;
    // A new DHCP lease may have another address, which the machine's certificate does not contain.
    await call(['regenerate-certs', '-f', name], {
      title: `machine ${name}: renew the certificates`,
    });
    await waitForEngine(machine);
  }
}

/** Changes a machine's state. docker-machine reports an error if the machine already has that state. */
async function callForState(
  call: CallDockerMachine,
  verb: 'start' | 'stop' | 'kill',
  name: string,
): Promise<void> {
  const title = `machine ${name}: ${verb}`;
  try {
    await call([verb, name], { title, onLine: () => {} });
  } catch (error) {
    if (hasCode(error, 'engine-state-unchanged')) return;
    throw hasCode(error, 'machine-unknown') ? unknownMachine(title) : error;
  }
}

async function remove(
  call: CallDockerMachine,
  store: string,
  names: readonly string[],
): Promise<void> {
  const known = (await listRows(call))
    .map(({ name }) => name)
    .filter((name) => names.includes(name));
  // Without -f, which would forget a machine whose removal failed, and leave it running unnoticed.
  if (known.length > 0) await call(['rm', '-y', ...known], { title: `remove ${known.join(', ')}` });
  await forgetMade(store, names);
}

/**
 * Returns the machines that this program created, according to the notes it wrote before. The state directory may also
 * contain the user's machines.
 */
async function listOwn(call: CallDockerMachine, store: string): Promise<string[]> {
  const noted = new Set([...(await listMade(store)), ...(await readEarlierNotes(store))]);
  if (noted.size === 0) return [];
  const there = (await listRows(call)).map(({ name }) => name);
  // The user has removed the others.
  await forgetMade(
    store,
    [...noted].filter((name) => !there.includes(name)),
  );
  return there.filter((name) => noted.has(name));
}

const earlierDocument = z.object({
  provider: z.literal('docker-machine'),
  store: z.string(),
  machines: z.array(z.object({ name: z.string() })),
});

/** Reads the topology's document, in which versions without notes for each machine recorded the names of machines. */
async function readEarlierNotes(store: string): Promise<string[]> {
  const text = await readFile(join(store, 'topology.json'), 'utf8').catch(() => '');
  const { data } = earlierDocument.safeParse(parseJson(text));
  return data?.store === store ? data.machines.map(({ name }) => name) : [];
}
