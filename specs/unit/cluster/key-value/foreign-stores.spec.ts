import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openKeyValueStore } from '../../../../helpers/cluster/key-value/stores/open-store.ts';

/** Starts a server that answers everything with this text and closes the connection. */
async function portOf(words: string): Promise<number> {
  const server = createServer((socket) => socket.once('data', () => socket.end(words)));
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

const notFound = 'HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n404 page not found\n';
const page = 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<html>';

describe('a server that is not a key-value store is rejected in one line', () => {
  test.for([
    [
      'consul',
      page,
      'GET /v1/status/leader: invalid response for this kind of key-value store: <html>. Check that',
    ],
    // A current etcd without --enable-v2.
    [
      'etcd',
      notFound,
      'GET /v2/stats/self: the key-value store answered 404: 404 page not found. Check',
    ],
    [
      'zookeeper',
      'This ZooKeeper instance is not currently serving requests\n',
      /srvr: ZooKeeper says "This ZooKeeper instance is not currently serving requests". Check/,
    ],
    ['zookeeper', '', /srvr: ZooKeeper says "". Check/],
  ] as const)('%s: %j', async ([kind, words, line]) => {
    const store = openKeyValueStore(kind, '127.0.0.1', await portOf(words));
    await expect(store.servers()).rejects.toThrow(line);
    const ready = store.waitUntilReady({ limit: 0 });
    await expect(ready).rejects.toThrow(
      /has a leader and stores values: timed out after 0 s; last: .*. Read the log/,
    );
  });

  test.for([
    ['leader', [true, false]],
    ['follower', [false, true]],
  ] as const)('a ZooKeeper that is a %s of an ensemble is rejected', async ([mode, leads]) => {
    const said = `Zookeeper version: 3.4.13-6--1, built on Sat\nMode: ${mode}\nNode count: 4\n`;
    const servers = await openKeyValueStore('zookeeper', '127.0.0.1', await portOf(said)).servers();
    expect(servers.map((server) => server.leads)).toEqual(leads);
  });
});
