import { connect } from 'node:net';
import type { MachineProvider } from '../../machine/machine.ts';
import { firstLine, HarnessError } from '../../process/errors/harness-error.ts';
import { whileWatching } from '../../process/waits/while-watching.ts';
import { connectFromMachine } from '../request-from-machine.ts';
import type { KeyValueStore } from './key-value-store.ts';

/** What must be reached, and from where. */
export interface StoreReach {
  /** As long as it is not there, nobody misses it. */
  readonly store: StoreLocation | Promise<StoreLocation>;
  readonly provider: MachineProvider;
  /** Those that do not run yet are passed over. */
  readonly machines: readonly string[];
}

export type StoreLocation = Pick<KeyValueStore, 'url' | 'address' | 'port'>;

/** What is in order is over before the first look. */
const LOOK_EVERY = 3000;

/** Milliseconds within which a TCP connection is there, or will never be. */
const DIAL_LIMIT = 10_000;

/**
 * Does what engines cannot do without their store. One that does not reach it hangs, or says at last what it was at, and
 * not why; so the way to the store is looked at meanwhile. An obstacle there ends it at once, and is what went wrong.
 *
 * @param tried what is done, for the error: «worker-host: docker network create my-net»
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
  // Whoever waits for it is told.
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
  readonly remedy: string;
}

/** That no store answers. */
async function findSilence({ url, address, port }: StoreLocation): Promise<Obstacle | undefined> {
  const failure = await dial(address, port);
  if (failure === undefined) return undefined;
  return {
    observed: `no key-value store answers at ${url}: ${failure}`,
    remedy: `see on ${address} that its container runs and publishes port ${port} (docker ps -a)`,
  };
}

/** That one of the machines does not reach the store, though it answers here. */
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
    observed: `${machine} does not reach the key-value store ${url}, which answers here: ${failure}`,
    remedy: `open TCP port ${port} of ${address} to ${machine}: see firewalls, security groups and routes between them`,
  };
}

/** Why no connection comes about from here. */
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

/** Why none comes about from a machine that does run commands. */
async function dialFrom(
  provider: MachineProvider,
  machine: string,
  place: StoreLocation,
  signal: AbortSignal,
): Promise<string | undefined> {
  const limits = { limit: DIAL_LIMIT, signal };
  if (!(await runsAlready(provider, machine))) return undefined;
  try {
    await connectFromMachine({ provider, machine, ...limits }, place);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HarnessError)) throw error;
    // One that runs no command at all, as while it boots, tells nothing of the store.
    return await provider.run(machine, ['true'], limits).then(
      () => error.observed,
      () => undefined,
    );
  }
}

async function runsAlready(provider: MachineProvider, machine: string): Promise<boolean> {
  return await provider.inspect(machine).then(
    ({ state }) => state === 'Running',
    () => false,
  );
}
