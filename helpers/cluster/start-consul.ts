import type { Container } from '../engine/container.ts';
import type { Engine } from '../engine/engine.ts';
import { openConsul } from './consul.ts';
import type { KeyValueStore } from './key-value-store.ts';

export interface ConsulRequest {
  /** `progrium/consul` when absent. Its engine must have it. */
  readonly image?: string;
  /** The container's name; the engine makes one up when absent, as in the tutorial. */
  readonly name?: string;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until it must lead; a minute when absent. */
  readonly limit?: number;
}

export interface StartedConsul {
  readonly store: KeyValueStore;
  readonly container: Container;
}

/** Runs Consul on that engine as the tutorial does, and returns once it leads and stores. */
export async function startConsul(
  engine: Engine,
  { image = 'progrium/consul', name, signal, limit }: ConsulRequest = {},
): Promise<StartedConsul> {
  const container = await engine.containers.run(
    {
      ...(name === undefined ? {} : { name }),
      image,
      hostname: 'consul',
      publish: ['8500:8500'],
      command: ['-server', '-bootstrap'],
    },
    { signal },
  );
  const store = openConsul(engine.machine.address);
  await store.waitUntilReady({ signal, ...(limit === undefined ? {} : { limit }) });
  return { store, container };
}
