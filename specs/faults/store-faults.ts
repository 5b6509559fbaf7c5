import type { Container } from '../../helpers/docker/containers/container.ts';
import {
  type KeyValueStore,
  MEMBERS_KEY,
  type StoreEntry,
} from '../../helpers/cluster/key-value/stores/key-value-store.ts';
import type { Fault } from './fault.ts';

/** The key under which engines keep overlay networks and their endpoints. */
const NETWORKS_KEY = 'docker/network/';

/** Adds a member to the key-value store that is not an engine of this cluster, such as a removed engine. */
export function unknownMember(store: KeyValueStore, advertised: string): Fault {
  return {
    name: `the store has ${advertised} as a member`,
    inject: async () => {
      const key = `${MEMBERS_KEY}${advertised}`;
      await store.write(key, advertised);
      return async () => await store.remove(key);
    },
  };
}

/** Stops the container of the key-value store. Undoing waits until the store has a leader again. */
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

/**
 * Deletes the networks from the key-value store, like a wiped disk or a cleanup script. Engines no longer list overlay
 * networks. Packets still pass until a container starts or stops.
 */
export function wipedNetworks(store: KeyValueStore): Fault {
  return {
    name: `${store.url} has no networks any more`,
    inject: async () => {
      const entries = await store.readTree(NETWORKS_KEY);
      for (const { key } of entries) await store.remove(key);
      return async () => await writeAll(store, entries);
    },
  };
}

/**
 * Replaces the container of the key-value store by an empty one. Engines register themselves again, but nothing
 * restores the networks. Undoing writes the old entries to the new store.
 *
 * @param renew replaces the container, and returns when the store has a leader
 */
export function replacedStore(store: KeyValueStore, renew: () => Promise<void>): Fault {
  return {
    name: `the container of ${store.url} was replaced and is empty`,
    inject: async () => {
      const entries = await store.readTree(NETWORKS_KEY);
      await renew();
      return async () => await writeAll(store, entries);
    },
  };
}

/** Deletes one network from the key-value store. Engines no longer list it, but its containers continue to run. */
export function lostNetworkRecord(store: KeyValueStore, networkId: string): Fault {
  const key = `${NETWORKS_KEY}v1.0/network/${networkId}/`;
  return {
    name: `${store.url} has no network ${networkId.slice(0, 12)} any more`,
    inject: async () => {
      const entries = await store.readTree(key);
      for (const entry of entries) await store.remove(entry.key);
      return async () => await writeAll(store, entries);
    },
  };
}

/** Deletes the endpoint of one container from the key-value store. The container continues to run. */
export function lostEndpointRecord(
  store: KeyValueStore,
  networkId: string,
  container: string,
): Fault {
  return {
    name: `${store.url} has no endpoint of ${container} any more`,
    inject: async () => {
      const all = await store.readTree(`${NETWORKS_KEY}v1.0/endpoint/${networkId}/`);
      const own = all.filter(({ value }) => value.includes(`"name":"${container}"`));
      for (const { key } of own) await store.remove(key);
      return async () => await writeAll(store, own);
    },
  };
}

/**
 * Adds an endpoint of a container that does not exist to the key-value store, as a host leaves it that crashed and was
 * removed.
 */
export function unknownEndpoint(
  store: KeyValueStore,
  networkId: string,
  { like, name, address, host }: Readonly<Record<'like' | 'name' | 'address' | 'host', string>>,
): Fault {
  const endpointsKey = `${NETWORKS_KEY}v1.0/endpoint/${networkId}/`;
  return {
    name: `the key-value store has an endpoint ${name} at ${address} on ${host}, which no engine has`,
    inject: async () => {
      const entries = await store.readTree(endpointsKey);
      const model = entries.find(({ value }) => value.includes(`"name":"${like}"`));
      if (model === undefined) throw new Error(`the key-value store has no endpoint ${like}`);
      const id = 'f'.repeat(64);
      const key = `${endpointsKey}${id}/`;
      const unexpected = describeUnknownEndpoint(model.value, { id, name, address, host });
      await store.write(key, unexpected);
      return async () => await store.remove(key);
    },
  };
}

function describeUnknownEndpoint(
  model: string,
  { id, name, address, host }: Readonly<Record<'id' | 'name' | 'address' | 'host', string>>,
): string {
  const endpoint = JSON.parse(model) as { ep_iface: Record<string, unknown> };
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return JSON.stringify({
    ...endpoint,
    id,
    name,
    locator: host,
    ep_iface: {
      ...endpoint.ep_iface,
      addr: `${address}/24`,
      mac: ['02', '42', ...bytes].join(':'),
    },
  });
}

async function writeAll(store: KeyValueStore, entries: readonly StoreEntry[]): Promise<void> {
  for (const { key, value } of entries) await store.write(key, value);
}
