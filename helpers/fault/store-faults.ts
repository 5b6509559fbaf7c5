import type { Container } from '../engine/container.ts';
import { type KeyValueStore, MEMBERS_KEY } from '../cluster/key-value-store.ts';
import type { Fault } from './fault.ts';

/** A member in the store that no engine of this cluster is: of an engine that is gone, say, or of another cluster. */
export function strangeMember(store: KeyValueStore, advertised: string): Fault {
  return {
    name: `the store has ${advertised} as a member`,
    inject: async () => {
      const key = `${MEMBERS_KEY}${advertised}`;
      await store.write(key, advertised);
      return async () => await store.remove(key);
    },
  };
}

/** The container that the store runs in is stopped. Mended when the store leads again. */
export function stoppedStore(store: KeyValueStore, container: Container): Fault {
  return {
    name: `the container of ${store.url} is stopped`,
    inject: async () => {
      await container.stop();
      return async () => {
        await container.start();
        await store.waitUntilReady();
      };
    },
  };
}
