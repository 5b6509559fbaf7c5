import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { activity } from '../process/activity.ts';
import { HarnessError } from '../process/harness-error.ts';
import { commandLine, type CommandResult, tail } from '../process/run-command.ts';
import { unlessAborted } from '../process/unless-aborted.ts';
import {
  listFormat,
  parseInspection,
  parseRows,
  type Row,
  toMachine,
} from './docker-machine-answers.ts';
import { bindDockerMachine, type CallDockerMachine } from './docker-machine-command.ts';
import {
  checkRequest,
  createFlags,
  driverOf,
  environmentForCreate,
} from './docker-machine-create.ts';
import { dockerMachineEnvironment } from './docker-machine-environment.ts';
import { explainEngineOptions, findRemedy } from './docker-machine-remedies.ts';
import { dockerMachineCommand } from './decide-provider.ts';
import { isCertificateError, loadImages, waitForEngine } from './engine-door.ts';
import { createFirstAlone } from './first-alone.ts';
import { listHalfMade, noteHalfMade } from './half-made.ts';
import type { Machine, MachineProvider, MachineRequest, RunOptions } from './machine.ts';
import { unwrapRemoteShell, wrapForRemoteShell } from './remote-shell.ts';

export interface DockerMachineOptions {
  /** Environment names of docker-machine and its drivers, as docker-machine documents them; this process's own when absent. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Machines by the real `docker-machine`, with whatever driver `MACHINE_DRIVER` names (virtualbox when it names none),
 * or by the command that `E2E_DOCKER_MACHINE` names, which has to speak docker-machine's language.
 */
export function createDockerMachineProvider({
  env = process.env,
}: DockerMachineOptions = {}): MachineProvider {
  const ownEnv = dockerMachineEnvironment(env);
  const call = bindDockerMachine(dockerMachineCommand(env), ownEnv);
  const store = ownEnv.MACHINE_STORAGE_PATH;
  mkdirSync(store, { recursive: true, mode: 0o700 });
  const firstAlone = createFirstAlone(store);
  const oneAtATime = createQueue();
  return {
    name: 'docker-machine',
    store,
    create: async (request, { signal } = {}) => {
      checkRequest(request);
      // docker-machine makes a machine and its engine in one go: nothing can be done ahead.
      await unlessAborted(request.engineAfter, signal);
      const make = () =>
        firstAlone((certificatesMade) =>
          create({ call, env, store, request, certificatesMade, signal }),
        );
      return bearsOneAtATime(driverOf(request, env)) ? await oneAtATime(make) : await make();
    },
    list: () => list(call),
    inspect: (name) => inspect(call, name),
    run: (name, argv, options) => run(call, name, argv, options),
    start: (name) => start(call, name),
    stop: (name) => callForState(call, 'stop', name),
    kill: (name) => callForState(call, 'kill', name),
    remove: (names) => remove(call, names),
    sweep: () => sweep(call, store),
  };
}

/** VirtualBox's commands lock each other out; other drivers make a machine as if there were no other. */
function bearsOneAtATime(driver: string): boolean {
  return driver === 'virtualbox';
}

/** Does what it is given one after the other, also after one that failed. */
function createQueue() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(make: () => Promise<T>): Promise<T> => {
    const next = last.then(make);
    last = next.catch(() => undefined);
    return next;
  };
}

interface Creation {
  readonly call: CallDockerMachine;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly store: string;
  readonly request: MachineRequest;
  readonly certificatesMade: () => void;
  readonly signal: AbortSignal | undefined;
}

async function create(creation: Creation): Promise<Machine> {
  const { call, env, store, request, certificatesMade, signal } = creation;
  const { name, images = [] } = request;
  signal?.throwIfAborted();
  const flags = createFlags(request);
  const extra = environmentForCreate(request, env);
  const rows = await listRows(call, name);
  if (rows.length > 0) throw nameTaken(name);
  const strike = await noteHalfMade(store, name);
  try {
    await call(['create', ...flags, name], {
      title: `machine ${name}: create`,
      signal,
      env: extra,
      onLine: (line) => {
        if (line.startsWith('Running pre-create checks')) certificatesMade();
      },
    });
    const machine = await inspect(call, name);
    await waitForEngine(machine, signal);
    for (const archive of images) await loadImages(machine, archive, signal);
    return machine;
  } catch (error) {
    // Another process took the name in the meantime: then the machine is theirs.
    if (error instanceof HarnessError && /already exists/.test(error.observed)) {
      throw nameTaken(name);
    }
    const known = await explainFailure(call, request);
    await removeHalfMade(call, name);
    if (known === undefined) throw error;
    throw new HarnessError({
      tried: `machine ${name}: create`,
      ...known,
      cause: error,
      evidence: error instanceof HarnessError ? error.evidence : undefined,
    });
  } finally {
    await strike();
  }
}

async function removeHalfMade(call: CallDockerMachine, name: string): Promise<void> {
  const title = `machine ${name}: remove what was made of it`;
  await call(['rm', '-f', name], { title, expect: 'any' });
}

function nameTaken(name: string): HarnessError {
  return new HarnessError({
    tried: `machine ${name}: create`,
    observed: 'there is a machine of this name already',
    remedy: 'remove it first, or take another name or store (MACHINE_STORAGE_PATH)',
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

async function list(call: CallDockerMachine): Promise<Machine[]> {
  const rows = await listRows(call);
  return await Promise.all(
    rows.map(async (row) => {
      const printed = await call(['inspect', row.name], { expect: 'any' });
      return printed.exitCode === 0
        ? toMachine(parseInspection(row.name, printed.stdout), row)
        : brokenMachine(row.name);
    }),
  );
}

/** All machines, or the one of this name, as they are now. */
async function listRows(call: CallDockerMachine, name?: string): Promise<Row[]> {
  const filter = name === undefined ? [] : ['--filter', `name=^${name.replaceAll('.', '\\.')}$`];
  const rows = parseRows((await call(['ls', ...filter, '--format', listFormat])).stdout);
  // Machines that docker-machine cannot read are in its list whatever the filter says.
  return name === undefined ? rows : rows.filter((row) => row.name === name);
}

/** What is known of a machine whose configuration docker-machine cannot read: enough to remove it. */
function brokenMachine(name: string): Machine {
  return {
    name,
    address: '',
    state: 'Error',
    url: '',
    certificates: '',
    endpoint: { host: '', port: 2376, caFile: '', certFile: '', keyFile: '' },
    engineOptions: [],
    engineLabels: [],
  };
}

async function inspect(call: CallDockerMachine, name: string): Promise<Machine> {
  const [printed, rows] = await Promise.all([
    call(['inspect', name], { expect: 'any' }),
    listRows(call, name),
  ]);
  if (printed.exitCode !== 0) {
    const unknown = /Docker machine "[^"]*" does not exist/.test(printed.stderr);
    if (unknown) throw unknownMachine(`machine ${name}: inspect`);
    throw new HarnessError({
      tried: `machine ${name}: inspect`,
      observed: `docker-machine cannot read it, «${printed.stderr.trim().split('\n')[0]}»`,
      remedy: `\`docker-machine rm -f ${name}\` forgets it`,
    });
  }
  const row = rows[0] ?? { state: 'Error', url: '' };
  return toMachine(parseInspection(name, printed.stdout), row);
}

async function run(
  call: CallDockerMachine,
  name: string,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<CommandResult> {
  const { input, limit, signal, expect = [0] } = options;
  const title = options.title ?? `machine ${name}: ${commandLine(argv[0] ?? '', argv.slice(1))}`;
  const mark = `exit-${randomUUID()}`;
  const word = wrapForRemoteShell(argv, mark);
  const printed = await call(['ssh', name, word], { title, input, limit, signal, expect: 'any' });
  const ended = unwrapRemoteShell(printed.stderr, mark);
  if (ended === undefined) throw notReached(title, name, printed);
  if (expect === 'any' || expect.includes(ended.exitCode)) {
    return { exitCode: ended.exitCode, stdout: printed.stdout, stderr: ended.stderr };
  }
  const output = [printed.stdout, ended.stderr].filter((text) => text !== '').join('\n');
  const said = output.trim().split('\n').at(-1) ?? '';
  throw new HarnessError({
    tried: title,
    observed:
      said === '' ? `exit code ${ended.exitCode}` : `exit code ${ended.exitCode}, «${said}»`,
    evidence: output.trim() === '' ? undefined : tail(output),
  });
}

function notReached(title: string, name: string, { stdout, stderr }: CommandResult): HarnessError {
  const output = `${stdout}\n${stderr}`.trim();
  if (/Docker machine "[^"]*" does not exist/.test(stderr)) return unknownMachine(title);
  const known = /is not running/.test(stderr)
    ? `start it: docker-machine start ${name}`
    : findRemedy(output);
  return new HarnessError({
    tried: title,
    observed: `the machine did not run it to its end, «${output.split('\n').at(-1)}»`,
    remedy: known ?? `see whether this works: docker-machine ssh ${name} true`,
    evidence: output === '' ? undefined : tail(output),
  });
}

async function start(call: CallDockerMachine, name: string): Promise<void> {
  await activity('stage', `machine ${name}: start`, async () => {
    await callForState(call, 'start', name);
    const machine = await inspect(call, name);
    try {
      await waitForEngine(machine);
    } catch (error) {
      if (!isCertificateError(error)) throw error;
      // A new lease has given it an address that its certificate does not name.
      await call(['regenerate-certs', '-f', name], { title: `machine ${name}: new certificates` });
      await waitForEngine(machine);
    }
  });
}

/** docker-machine takes it for an error when there is nothing to do. */
async function callForState(
  call: CallDockerMachine,
  verb: 'start' | 'stop' | 'kill',
  name: string,
): Promise<void> {
  const title = `machine ${name}: ${verb}`;
  try {
    await call([verb, name], { title, onLine: () => {} });
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    if (/is already (stopped|running)/.test(error.observed)) return;
    throw error.observed.includes('does not exist') ? unknownMachine(title) : error;
  }
}

function unknownMachine(tried: string): HarnessError {
  return new HarnessError({
    tried,
    observed: 'there is no machine of this name',
    remedy: 'docker-machine ls lists those that there are',
  });
}

async function remove(call: CallDockerMachine, names: readonly string[]): Promise<void> {
  const known = (await listRows(call))
    .map(({ name }) => name)
    .filter((name) => names.includes(name));
  // Not -f: with it a machine is forgotten also when it could not be removed, and runs on where nobody sees it.
  if (known.length > 0) await call(['rm', '-y', ...known], { title: `remove ${known.join(', ')}` });
}

async function sweep(call: CallDockerMachine, store: string): Promise<void> {
  for (const { name, strike } of await listHalfMade(store)) {
    await removeHalfMade(call, name);
    await strike();
  }
}
