import type { Container } from '../../docker/containers/container.ts';
import { requireRunning } from '../../docker/containers/container-ended.ts';
import type { ContainerSpec } from '../../docker/containers/container-spec.ts';
import type { Engine } from '../../docker/engine.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { whileWatching } from '../../process/waits/while-watching.ts';
import type { KeyValueStore, KeyValueStoreKind } from './key-value-store.ts';
import { openKeyValueStore } from './open-store.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';

export interface StoreRequest {
  /** Its engine must have it. */
  readonly image: string;
  /** The container's name; the engine makes one up when absent, as in the tutorial. */
  readonly name?: string;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until it must lead; a minute when absent. */
  readonly limit?: number;
}

export interface StartedStore {
  readonly store: KeyValueStore;
  readonly container: Container;
}

/** Milliseconds between two looks whether its container still runs. */
const LOOK_EVERY = 500;

/**
 * Runs a store on that engine as the tutorial runs Consul, and returns once it leads and stores. A container that ends
 * meanwhile is an error at once.
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
    // What is taken down cannot be asked for its log any more.
    const { code, tried, observed, remedy } = failure;
    const evidence = await container.logs({ lines: 20 });
    throw new HarnessError({ code, tried, observed, remedy, evidence, cause: failure });
  };
  await whileWatching({ look, every: LOOK_EVERY, signal }, (until) =>
    store.waitUntilReady({ signal: until, ...omitUndefined({ limit }) }),
  );
  return { store, container };
}

/** How each is told to lead alone, in words that its makers' own images understand as well. */
const ways: Readonly<
  Record<KeyValueStoreKind, (store: KeyValueStore) => Pick<ContainerSpec, 'command' | 'env'>>
> = {
  consul: () => ({ command: ['-server', '-bootstrap'] }),
  etcd: ({ address, port }) => ({
    env: {
      ETCD_LISTEN_CLIENT_URLS: `http://0.0.0.0:${port}`,
      // Clients are sent there, so it must be where they reach it.
      ETCD_ADVERTISE_CLIENT_URLS: `http://${address}:${port}`,
      ETCD_ENABLE_V2: 'true',
    },
  }),
  // As its makers' image starts when nothing is said.
  zookeeper: () => ({}),
};
