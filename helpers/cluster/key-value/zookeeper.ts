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

/** A ZooKeeper. Every key above another one is there too, without a value. */
export const zookeeper: StoreDriver<Exchange> = {
  kind: 'zookeeper',
  name: 'ZooKeeper',
  scheme: 'zk',
  port: 2181,
  remark: 'it must lead alone («standalone»), and allow the word srvr',
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
    // Never without its value: an engine that watches would read an empty one.
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

/** What it says to the word srvr, which needs no session. */
async function readStatus(exchange: Exchange): Promise<{ version: string; mode: string }> {
  return await exchange(Buffer.from('srvr'), 'srvr', (answer) => {
    const said = answer.toString();
    const [, version] = /^Zookeeper version: ([^\s,-]+)/.exec(said) ?? [];
    const [, mode] = /^Mode: (\w+)/m.exec(said) ?? [];
    // While it starts it says that it is not serving.
    if (version === undefined || mode === undefined)
      throw new Error(`ZooKeeper says «${said.trim()}»`);
    return { version, mode };
  });
}

/** One of several says what it is to them, but not who they are. */
function serversOf(mode: string): StoreServer[] {
  if (mode === 'standalone') return [{ name: mode, leads: true }];
  const leads = mode === 'leader';
  return [
    { name: mode, leads },
    { name: 'others', leads: !leads },
  ];
}

/** Nodes of a tree that are read at most. A cluster of 100 hosts with 1,000 containers has some 3,000. */
const mostNodes = 10_000;

/**
 * Asks level by level, all of a level at once.
 *
 * @throws when there are more than 10,000 nodes: the tree might never end
 */
async function readTree(
  exchange: Exchange,
  paths: readonly string[],
  left = mostNodes,
): Promise<StoreEntry[]> {
  if (paths.length === 0) return [];
  if (paths.length > left) {
    throw new Error(`ZooKeeper has more than ${mostNodes} nodes below what was asked for`);
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

/** `/a` and `/a/b` for `/a/b/c`. */
function foldersAbove(path: string): string[] {
  return [...path.matchAll(/(?<=.)\//g)].map(({ index }) => path.slice(0, index));
}
