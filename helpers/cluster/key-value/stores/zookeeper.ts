import type { StoreEntry, StoreServer } from './key-value-store.ts';
import type { StoreDriver } from './store-driver.ts';
import {
  exchangeWithZooKeeper,
  type Exchange,
  zooKeeperConnection,
  zooKeeperConnectionFrom,
} from './zookeeper-exchange.ts';
import {
  createRequest,
  deleteRequest,
  getChildrenRequest,
  getDataRequest,
  readChildren,
  readData,
  setDataRequest,
  zooKeeperErrors,
} from './zookeeper-protocol.ts';

const { noNode, nodeExists, notEmpty } = zooKeeperErrors;

/** ZooKeeper. Every parent of a key is a key as well, without a value. */
export const zookeeper: StoreDriver<Exchange> = {
  kind: 'zookeeper',
  name: 'ZooKeeper',
  scheme: 'zk',
  port: 2181,
  remark: 'ZooKeeper must run standalone and allow the command srvr',
  connect: zooKeeperConnection,
  connectFrom: zooKeeperConnectionFrom,
  readVersion: async (exchange) => (await readStatus(exchange)).version,
  readServers: async (exchange) => serversOf((await readStatus(exchange)).mode),
  readKey: async (exchange, key) => {
    const [reply] = await exchangeWithZooKeeper(exchange, [getDataRequest(pathOf(key))], [noNode]);
    return reply?.error === 0 ? readData(reply) : undefined;
  },
  readTree: async (exchange, prefix) => await readTree(exchange, [pathOf(prefix)]),
  write: async (exchange, { key, value }) => {
    const path = pathOf(key);
    const folders = foldersAbove(path).map((folder) => createRequest(folder, ''));
    // The value is part of the creation, because an engine that watches the key would read an empty one.
    const requests = [...folders, createRequest(path, value), setDataRequest(path, value)];
    await exchangeWithZooKeeper(exchange, requests, [nodeExists]);
  },
  remove: async (exchange, key) => {
    const path = pathOf(key);
    const [reply] = await exchangeWithZooKeeper(
      exchange,
      [deleteRequest(path)],
      [noNode, notEmpty],
    );
    if (reply?.error === notEmpty)
      await exchangeWithZooKeeper(exchange, [setDataRequest(path, '')]);
  },
};

/** Returns the response to the command srvr, which needs no session. */
async function readStatus(exchange: Exchange): Promise<{ version: string; mode: string }> {
  return await exchange(Buffer.from('srvr'), 'srvr', (answer) => {
    const said = answer.toString();
    const [, version] = /^Zookeeper version: ([^\s,-]+)/.exec(said) ?? [];
    const [, mode] = /^Mode: (\w+)/m.exec(said) ?? [];
    // A starting server says that it is not serving.
    if (version === undefined || mode === undefined)
      throw new Error(`ZooKeeper says "${said.trim()}"`);
    return { version, mode };
  });
}

/** Describes the server. A member of an ensemble reports its role, but not the other members. */
function serversOf(mode: string): StoreServer[] {
  if (mode === 'standalone') return [{ name: mode, leads: true }];
  const leads = mode === 'leader';
  return [
    { name: mode, leads },
    { name: 'others', leads: !leads },
  ];
}

/** The maximum number of nodes to read. A cluster of 100 hosts with 1,000 containers has about 3,000. */
const mostNodes = 10_000;

/**
 * Reads a tree level by level, with one exchange for each level.
 *
 * @throws if it has more than 10,000 nodes, because the tree might be infinite
 */
async function readTree(
  exchange: Exchange,
  paths: readonly string[],
  left = mostNodes,
): Promise<StoreEntry[]> {
  if (paths.length === 0) return [];
  if (paths.length > left) {
    throw new Error(`more than ${mostNodes} nodes of ZooKeeper below the requested key`);
  }
  const requests = paths.flatMap((path) => [getDataRequest(path), getChildrenRequest(path)]);
  const replies = await exchangeWithZooKeeper(exchange, requests, [noNode]);
  const found = paths.map((path, index) => {
    const [data, children] = replies.slice(2 * index);
    return {
      key: path.slice(1),
      value: data?.error === 0 ? readData(data) : '',
      below: (children?.error === 0 ? readChildren(children) : [])
        .filter((name) => name !== '' && !name.includes('/'))
        .map((name) => (path === '/' ? `/${name}` : `${path}/${name}`)),
    };
  });
  const below = await readTree(
    exchange,
    found.flatMap((one) => one.below),
    left - paths.length,
  );
  return [...found.map(({ key, value }) => ({ key, value })), ...below];
}

function pathOf(key: string): string {
  return `/${key.split('/').filter(Boolean).join('/')}`;
}

/** Returns `/a` and `/a/b` for `/a/b/c`. */
function foldersAbove(path: string): string[] {
  return [...path.matchAll(/(?<=.)\//g)].map(({ index }) => path.slice(0, index));
}
