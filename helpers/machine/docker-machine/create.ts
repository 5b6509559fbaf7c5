import { hasCode, HarnessError } from '../../process/errors/harness-error.ts';
import type { CallDockerMachine } from './command.ts';
import { createFlags, environmentForCreate } from './create-arguments.ts';
import { inspect, listRows } from './inspect.ts';
import { explainEngineOptions } from './hints.ts';
import { run } from './run.ts';
import { waitForEngine } from '../../docker/endpoints/wait-for-engine.ts';
import { connectEngine } from '../../docker/engine.ts';
import { forgetMade, listUnfinished, noteUnfinished } from './unfinished-machines.ts';
import type { Machine, MachineRequest } from '../machine.ts';

/** In milliseconds, for one image: a new virtual machine may unpack it slowly. */
const LOAD_LIMIT = 1_800_000;

export interface Creation {
  readonly call: CallDockerMachine;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly store: string;
  readonly request: MachineRequest;
  readonly certificatesMade: () => void;
  readonly signal: AbortSignal | undefined;
}

/** Creates a machine. Removes it again if a step fails. */
export async function create(creation: Creation): Promise<Machine> {
  const { call, env, store, request, certificatesMade, signal } = creation;
  const { name, images = [] } = request;
  signal?.throwIfAborted();
  const flags = createFlags(request);
  const extra = environmentForCreate(request, env);
  const rows = await listRows(call, name);
  if (rows.length > 0) throw nameTaken(name);
  const note = await noteUnfinished(store, name);
  try {
    await call(['create', ...flags, name], {
      title: `machine ${name}: create`,
      signal,
      env: extra,
      numberIn: note.commandFile,
      onLine: (line) => {
        if (line.startsWith('Running pre-create checks')) certificatesMade();
      },
    });
    const machine = await inspect(call, name);
    await waitForEngine(machine, { signal });
    using engine = connectEngine(machine);
    for (const archive of images) await engine.images.load(archive, { signal, limit: LOAD_LIMIT });
    return machine;
  } catch (error) {
    // Another process created a machine with this name in the meantime, which must not be removed.
    if (hasCode(error, 'name-taken')) {
      await forgetMade(store, [name]);
      throw nameTaken(name);
    }
    const known = await explainFailure(call, request);
    await removeUnfinished(call, name);
    await forgetMade(store, [name]);
    if (known === undefined) throw error;
    throw new HarnessError({
      code: 'engine-unsuitable',
      tried: `machine ${name}: create`,
      ...known,
      cause: error,
      evidence: error instanceof HarnessError ? error.evidence : undefined,
    });
  } finally {
    await note.strike();
  }
}

/** Removes the machines whose creation was interrupted, and returns their names. */
export async function cleanUp(call: CallDockerMachine, store: string): Promise<string[]> {
  const unfinished = await listUnfinished(store);
  for (const machine of unfinished) {
    await machine.endCommand();
    await removeUnfinished(call, machine.name);
    await machine.strike();
    await forgetMade(store, [machine.name]);
  }
  return unfinished.map(({ name }) => name);
}

async function removeUnfinished(call: CallDockerMachine, name: string): Promise<void> {
  const title = `machine ${name}: remove the unfinished machine`;
  await call(['rm', '-f', name], { title, expect: 'any' });
}

function nameTaken(name: string): HarnessError {
  return new HarnessError({
    code: 'name-taken',
    tried: `machine ${name}: create`,
    observed: 'a machine with this name exists',
    hint: 'remove the machine first, choose another name, or set MACHINE_STORAGE_PATH to another state directory',
  });
}

async function explainFailure(call: CallDockerMachine, request: MachineRequest) {
  const options = request.engineOptions ?? [];
  if (!options.some((option) => option.startsWith('cluster-'))) return undefined;
  const version = await run(call, request.name, ['dockerd', '--version'], { limit: 10_000 }).catch(
    () => undefined,
  );
  return explainEngineOptions(options, /version (\S+?),/.exec(version?.stdout ?? '')?.[1] ?? '');
}
