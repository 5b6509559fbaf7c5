import { scaleLimit } from '../../docker/endpoints/scale-limit.ts';
import { connect } from 'node:net';
import type { MachineProvider } from '../../machine/machine.ts';
import { firstLine, HarnessError } from '../../process/errors/harness-error.ts';
import { whileWatching } from '../../process/waits/while-watching.ts';
import { connectFromMachine } from '../request-from-machine.ts';
import type { KeyValueStore } from './stores/key-value-store.ts';

/** The key-value store that machines must reach. */
export interface StoreReach {
  /** Not checked before the promise resolves. */
  readonly store: StoreLocation | Promise<StoreLocation>;
  readonly provider: MachineProvider;
  /** Machines that do not run yet are skipped. */
  readonly machines: readonly string[];
}

export type StoreLocation = Pick<KeyValueStore, 'url' | 'address' | 'port'>;

/** Milliseconds between two checks of the connection. Without a problem, the action ends before the first check. */
const LOOK_EVERY = 3000;

/** Milliseconds after which a TCP connection counts as failed. */
const DIAL_LIMIT = 10_000;

/**
 * Runs an action for which an engine needs its key-value store, and checks the path to the store during this time. An
 * engine that does not reach its store hangs, or fails late without a reason. A broken path ends the action immediately
 * with an error that describes it.
 *
 * @param tried the action for the error: "worker-host: docker network create my-net"
 */
export async function whileStoreIsReached<T>(
  tried: string,
  { store, provider, machines }: StoreReach,
  signal: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  let place: StoreLocation | undefined;
  const noteStore = async () => {
    place = await store;
  };
  const noted = noteStore();
  // The caller awaits the promise and gets the error.
  noted.catch(() => undefined);
  const look = async (until: AbortSignal, failure?: unknown) => {
    if (place === undefined) return;
    const obstacle =
      (await findSilence(place)) ?? (await findBarrier(place, provider, machines, until));
    if (obstacle === undefined) return;
    const said = failure === undefined ? {} : { cause: failure, evidence: firstLine(failure) };
    throw new HarnessError({ code: 'store-unreachable', tried, ...obstacle, ...said });
  };
  return await whileWatching({ look, every: LOOK_EVERY, signal }, run);
}

interface Obstacle {
  readonly observed: string;
  readonly hint: string;
}

/** Returns the problem if no store answers. */
async function findSilence({ url, address, port }: StoreLocation): Promise<Obstacle | undefined> {
  const failure = await dial(address, port);
  if (failure === undefined) return undefined;
  return {
    observed: `no key-value store answers at ${url}: ${failure}`,
    hint: `check on ${address} that its container runs and publishes port ${port} (docker ps -a)`,
  };
}

/** Returns the problem if one of the machines does not reach the store, although it answers here. */
async function findBarrier(
  place: StoreLocation,
  provider: MachineProvider,
  machines: readonly string[],
  signal: AbortSignal,
): Promise<Obstacle | undefined> {
  const tries = await Promise.all(
    machines.map(async (machine) => ({
      machine,
      failure: await dialFrom(provider, machine, place, signal),
    })),
  );
  const { machine, failure } = tries.find((one) => one.failure !== undefined) ?? {};
  if (machine === undefined) return undefined;
  const { url, address, port } = place;
  return {
    observed: `${machine} does not reach the key-value store ${url}, although it answers here: ${failure}`,
    hint: `open TCP port ${port} of ${address} to ${machine}: check firewalls, security groups and routes between them`,
  };
}

/** Connects from here and returns the error, if any. */
async function dial(host: string, port: number): Promise<string | undefined> {
  return await new Promise((resolve) => {
    const socket = connect({ host, port, timeout: DIAL_LIMIT });
    const end = (failure: string | undefined) => {
      socket.destroy();
      resolve(failure);
    };
    socket.on('connect', () => end(undefined));
    socket.on('timeout', () => end(`no answer after ${DIAL_LIMIT / 1000} s`));
    socket.on('error', (error) => end(firstLine(error)));
  });
}

/** Connects from a running machine and returns the error, if any. */
async function dialFrom(
  provider: MachineProvider,
  machine: string,
  place: StoreLocation,
  signal: AbortSignal,
): Promise<string | undefined> {
  const found = await provider.inspect(machine).catch(() => undefined);
  if (found?.state !== 'Running') return undefined;
  const limits = { limit: scaleLimit(DIAL_LIMIT, [found]), signal };
  try {
    await connectFromMachine({ provider, machine, ...limits }, place);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HarnessError)) throw error;
    // A machine that cannot run commands, for example because it is booting, proves nothing about the store.
    return await provider.run(machine, ['true'], limits).then(
      () => error.observed,
      () => undefined,
    );
  }
}
