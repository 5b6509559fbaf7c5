import { z } from 'zod';
import type { StoreEntry } from './key-value-store.ts';
import type { StoreDriver } from './store-driver.ts';
import {
  requestJson,
  type HttpConnection,
  encodeKey,
  httpConnection,
  httpConnectionFrom,
  refusal,
} from './store-requests.ts';

/** Consul. Its servers are identified by the addresses that they use among themselves. */
export const consul: StoreDriver<HttpConnection> = {
  kind: 'consul',
  name: 'Consul',
  scheme: 'consul',
  port: 8500,
  remark: 'A single Consul server needs -bootstrap to become the leader',
  connect: httpConnection,
  connectFrom: httpConnectionFrom,
  readVersion: async (ask) =>
    (await requestJson(ask, ['GET', '/v1/agent/self'], selfAnswer)).Config.Version,
  readServers: async (ask) => {
    // Empty while there is no leader.
    const leader = await requestJson(ask, ['GET', '/v1/status/leader'], z.string());
    const peers = await requestJson(ask, ['GET', '/v1/status/peers'], z.array(z.string()));
    return peers.map((name) => ({ name, leads: name === leader }));
  },
  readKey: async (ask, key) => (await readEntries(ask, keyPath(key)))[0]?.value,
  readTree: async (ask, prefix) => await readEntries(ask, `${keyPath(prefix)}?recurse`),
  write: async (ask, { key, value }) => {
    if (!(await requestJson(ask, ['PUT', keyPath(key), value], z.boolean()))) {
      throw refusal(`PUT ${keyPath(key)}`, 'Consul rejected the value');
    }
  },
  remove: async (ask, key) => {
    await requestJson(ask, ['DELETE', keyPath(key)], z.boolean());
  },
};

const selfAnswer = z.object({ Config: z.object({ Version: z.string() }) });

const entriesAnswer = z.array(z.object({ Key: z.string(), Value: z.base64().nullable() }));

async function readEntries(ask: HttpConnection, path: string): Promise<StoreEntry[]> {
  const entries = await requestJson(ask, ['GET', path], entriesAnswer, { 404: [] });
  return entries.map(({ Key, Value }) => ({ key: Key, value: decode(Value) }));
}

function keyPath(key: string): string {
  return `/v1/kv/${encodeKey(key)}`;
}

function decode(value: string | null): string {
  return value === null ? '' : Buffer.from(value, 'base64').toString('utf8');
}
