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
  readVersion: async (connection) =>
    (await requestJson(connection, ['GET', '/v1/agent/self'], selfAnswer)).Config.Version,
  readServers: async (connection) => {
    // Empty while there is no leader.
    const leader = await requestJson(connection, ['GET', '/v1/status/leader'], z.string());
    const peers = await requestJson(connection, ['GET', '/v1/status/peers'], z.array(z.string()));
    return peers.map((name) => ({ name, leads: name === leader }));
  },
  readKey: async (connection, key) => (await readEntries(connection, keyPath(key)))[0]?.value,
  readTree: async (connection, prefix) =>
    await readEntries(connection, `${keyPath(prefix)}?recurse`),
  write: async (connection, { key, value }) => {
    if (!(await requestJson(connection, ['PUT', keyPath(key), value], z.boolean()))) {
      throw refusal(`PUT ${keyPath(key)}`, 'Consul rejected the value');
    }
  },
  remove: async (connection, key) => {
    await requestJson(connection, ['DELETE', keyPath(key)], z.boolean());
  },
};

const selfAnswer = z.object({ Config: z.object({ Version: z.string() }) });

const entriesAnswer = z.array(z.object({ Key: z.string(), Value: z.base64().nullable() }));

async function readEntries(connection: HttpConnection, path: string): Promise<StoreEntry[]> {
  const entries = await requestJson(connection, ['GET', path], entriesAnswer, { 404: [] });
  return entries.map(({ Key, Value }) => ({ key: Key, value: decode(Value) }));
}

function keyPath(key: string): string {
  return `/v1/kv/${encodeKey(key)}`;
}

function decode(value: string | null): string {
  return value === null ? '' : Buffer.from(value, 'base64').toString('utf8');
}
