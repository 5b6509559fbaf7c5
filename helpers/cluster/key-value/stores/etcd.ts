import { z } from 'zod';
import type { StoreEntry } from './key-value-store.ts';
import type { StoreDriver } from './store-driver.ts';
import {
  requestJson,
  type HttpConnection,
  encodeKey,
  httpConnection,
  httpConnectionFrom,
} from './store-requests.ts';

/**
 * etcd with version 2 of its API, which engines use. Its servers are identified by the URLs that they use among
 * themselves.
 */
export const etcd: StoreDriver<HttpConnection> = {
  kind: 'etcd',
  name: 'etcd',
  scheme: 'etcd',
  port: 2379,
  remark: 'etcd needs the API v2: it is on by default up to 3.3, and needs --enable-v2 up to 3.5',
  connect: httpConnection,
  connectFrom: httpConnectionFrom,
  readVersion: async (connection) =>
    (await requestJson(connection, ['GET', '/version'], versionAnswer)).etcdserver,
  readServers: async (connection) => {
    const { leaderInfo } = await requestJson(connection, ['GET', '/v2/stats/self'], selfAnswer);
    const { members } = await requestJson(connection, ['GET', '/v2/members'], membersAnswer);
    return members.map(({ id, peerURLs: [name = id] }) => ({
      name,
      leads: id === leaderInfo.leader,
    }));
  },
  readKey: async (connection, key) => (await readNode(connection, key))?.value,
  readTree: async (connection, prefix) => {
    const found = await readNode(connection, prefix, { recursive: true });
    return found === undefined ? [] : listEntries(found);
  },
  write: async (connection, { key, value }) => {
    await requestJson(
      connection,
      ['PUT', keyPath(key), new URLSearchParams({ value })],
      keysAnswer,
    );
  },
  remove: async (connection, key) => {
    // 404: the key does not exist. 403: it is a folder, which has no value to remove.
    await requestJson(connection, ['DELETE', keyPath(key)], keysAnswer, { 404: {}, 403: {} });
  },
};

const versionAnswer = z.object({ etcdserver: z.string() });

const membersAnswer = z.object({
  members: z.array(z.object({ id: z.string(), peerURLs: z.array(z.string()) })),
});

const selfAnswer = z.object({ leaderInfo: z.object({ leader: z.string() }) });

/** A key, or a folder with its content if that was requested. */
const node = z.object({
  // The root folder has no key.
  key: z.string().default(''),
  dir: z.boolean().default(false),
  value: z.string().default(''),
  get nodes() {
    return z.array(node).default([]);
  },
});

const keysAnswer = z.object({ node: node.optional() });

async function readNode(connection: HttpConnection, key: string, { recursive = false } = {}) {
  // Without a quorum, a server that is cut off from the others would answer from its own memory.
  const path = `${keyPath(key)}?quorum=true&recursive=${recursive}`;
  return (await requestJson(connection, ['GET', path], keysAnswer, { 404: {} })).node;
}

/** Returns the keys below a node, without etcd's leading slash. */
function listEntries({ key, dir, value, nodes }: z.infer<typeof node>): StoreEntry[] {
  return dir ? nodes.flatMap(listEntries) : [{ key: key.replace(/^\//, ''), value }];
}

function keyPath(key: string): string {
  return `/v2/keys/${encodeKey(key)}`;
}
