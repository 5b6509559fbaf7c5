import type { Container } from '../../../docker/containers/container.ts';
import { requireRunning } from '../../../docker/containers/container-ended.ts';
import type { ContainerSpec } from '../../../docker/containers/container-spec.ts';
import type { Engine } from '../../../docker/engine.ts';
import { HarnessError } from '../../../process/errors/harness-error.ts';
import { whileWatching } from '../../../process/waits/while-watching.ts';
import type { KeyValueStore, KeyValueStoreKind } from './key-value-store.ts';
import { openKeyValueStore } from './open-store.ts';
import { omitUndefined } from '../../../process/omit-undefined.ts';

export interface StoreRequest {
  /** The image, which the engine must have. */
  readonly image: string;
  /** The container's name; by default the engine chooses one, as in the tutorial. */
  readonly name?: string;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the store must have a leader; a minute by default. */
  readonly limit?: number;
}

export interface StartedStore {
  readonly store: KeyValueStore;
  readonly container: Container;
}

/** Milliseconds between two checks that its container still runs. */
const LOOK_EVERY = 500;

/**
 * Runs a key-value store on an engine as the tutorial runs Consul, and waits until it has a leader and stores values.
 * Throws immediately if its container exits.
 */
export async function startStore(
  kind: KeyValueStoreKind,
  engine: Engine,
  { image, name, signal, limit }: StoreRequest,
): Promise<StartedStore> {
  const store = openKeyValueStore(kind, engine.machine.address);
  const container = await engine.containers.run(
    {
      ...omitUndefined({ name }),
      image,
      hostname: kind,
      publish: [`${store.port}:${store.port}`],
      ...ways[kind](store),
    },
    { signal },
  );
  const look = async (until: AbortSignal, failure?: unknown) => {
    await requireRunning(container, until);
    if (!(failure instanceof HarnessError)) return;
    // After a tear-down there is no log to read.
    const { code, tried, observed, hint } = failure;
    const evidence = await container.logs({ lines: 20 });
    throw new HarnessError({ code, tried, observed, hint, evidence, cause: failure });
  };
  await whileWatching({ look, every: LOOK_EVERY, signal }, (until) =>
    store.waitUntilReady({ signal: until, ...omitUndefined({ limit }) }),
  );
  return { store, container };
}

/**
 * The arguments and variables with which each store runs as a single server. The official images accept them as well.
 */
const ways: Readonly<
  Record<KeyValueStoreKind, (store: KeyValueStore) => Pick<ContainerSpec, 'command' | 'env'>>
> = {
  consul: () => ({ command: ['-server', '-bootstrap'] }),
  etcd: ({ address, port }) => ({
    env: {
      ETCD_LISTEN_CLIENT_URLS: `http://0.0.0.0:${port}`,
      // Clients are redirected to this URL, so they must be able to reach it.
      ETCD_ADVERTISE_CLIENT_URLS: `http://${address}:${port}`,
      ETCD_ENABLE_V2: 'true',
    },
  }),
  // Its official image starts a single server by default.
  zookeeper: () => ({}),
};
