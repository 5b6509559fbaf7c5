import type { Container } from '../../helpers/docker/containers/container.ts';
import {
  type KeyValueStore,
  MEMBERS_KEY,
  type StoreEntry,
} from '../../helpers/cluster/key-value/key-value-store.ts';
import type { Fault } from './fault.ts';

/** Below this key engines keep their overlays and the ends of them. */
const NETWORKS_KEY = 'docker/network/';

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

/**
 * What engines keep of networks is gone from the store: a wiped disk, or somebody's broom. No engine lists an overlay any
 * more, while packets go on for as long as no container comes or goes.
 */
export function wipedNetworks(store: KeyValueStore): Fault {
  return {
    name: `${store.url} has lost what engines keep of networks`,
    inject: async () => {
      const entries = await store.readTree(NETWORKS_KEY);
      for (const { key } of entries) await store.remove(key);
      return async () => await writeAll(store, entries);
    },
  };
}

/**
 * The store's container was made anew, without its data: engines write themselves down again, nobody writes down the
 * networks. Mended when the new one has the old one's entries.
 *
 * @param renew makes the store's container anew, and returns once it leads
 */
export function renewedStore(store: KeyValueStore, renew: () => Promise<void>): Fault {
  return {
    name: `the container of ${store.url} was made anew, and is empty`,
    inject: async () => {
      const entries = await store.readTree(NETWORKS_KEY);
      await renew();
      return async () => await writeAll(store, entries);
    },
  };
}

/** The store has lost one network, and with it every engine; its containers go on. */
export function lostNetworkRecord(store: KeyValueStore, networkId: string): Fault {
  const key = `${NETWORKS_KEY}v1.0/network/${networkId}/`;
  return {
    name: `${store.url} has lost network ${networkId.slice(0, 12)}`,
    inject: async () => {
      const entries = await store.readTree(key);
      for (const entry of entries) await store.remove(entry.key);
      return async () => await writeAll(store, entries);
    },
  };
}

/** The store has lost the endpoint of one container, which goes on. */
export function lostEndpointRecord(
  store: KeyValueStore,
  networkId: string,
  container: string,
): Fault {
  return {
    name: `${store.url} has lost the endpoint of ${container}`,
    inject: async () => {
      const all = await store.readTree(`${NETWORKS_KEY}v1.0/endpoint/${networkId}/`);
      const own = all.filter(({ value }) => value.includes(`"name":"${container}"`));
      for (const { key } of own) await store.remove(key);
      return async () => await writeAll(store, own);
    },
  };
}

/** An end that the store has of a container that is nowhere: of a host that went for good, and could not say goodbye. */
export function strangeEnd(
  store: KeyValueStore,
  networkId: string,
  { like, name, address, host }: Readonly<Record<'like' | 'name' | 'address' | 'host', string>>,
): Fault {
  const ends = `${NETWORKS_KEY}v1.0/endpoint/${networkId}/`;
  return {
    name: `the store has an end ${name} at ${address} on ${host}, and no engine has it`,
    inject: async () => {
      const entries = await store.readTree(ends);
      const model = entries.find(({ value }) => value.includes(`"name":"${like}"`));
      if (model === undefined) throw new Error(`the store has no end ${like}`);
      const id = 'f'.repeat(64);
      const key = `${ends}${id}/`;
      const strange = describeStrangeEnd(model.value, { id, name, address, host });
      await store.write(key, strange);
      return async () => await store.remove(key);
    },
  };
}

function describeStrangeEnd(
  model: string,
  { id, name, address, host }: Readonly<Record<'id' | 'name' | 'address' | 'host', string>>,
): string {
  const end = JSON.parse(model) as { ep_iface: Record<string, unknown> };
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return JSON.stringify({
    ...end,
    id,
    name,
    locator: host,
    ep_iface: { ...end.ep_iface, addr: `${address}/24`, mac: ['02', '42', ...bytes].join(':') },
  });
}

async function writeAll(store: KeyValueStore, entries: readonly StoreEntry[]): Promise<void> {
  for (const { key, value } of entries) await store.write(key, value);
}
