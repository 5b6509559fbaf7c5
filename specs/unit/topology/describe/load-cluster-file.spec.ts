import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { describedTarget } from '../../../../helpers/topology/target/audit-target.ts';
import { loadClusterFile } from '../../../../helpers/topology/describe/load-cluster-file.ts';
import { seed } from '../../../../helpers/topology/seed.ts';

const shop = {
  hosts: [
    { name: 'web', endpoint: 'tcp://10.0.0.1:2375' },
    { name: 'db', endpoint: 'ssh://me@db.example', address: '10.0.0.2' },
  ],
  store: 'zk://10.0.0.9',
  expect: {
    networks: [{ name: 'my-net', subnet: '10.0.9.0/24' }],
    containers: [{ name: 'tomcat-app', host: 'web', network: 'my-net' }],
    application: { url: 'http://10.0.0.1:8080/', body: 'hello' },
  },
};

async function write(content: unknown, name = 'shop.json'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'overlay-e2e-cluster-file-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, name);
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

/** Returns the errors of a file, one line each, without its name. */
async function complain(content: unknown): Promise<string[]> {
  const file = await write(content);
  const error: unknown = await loadClusterFile(file).catch((thrown: unknown) => thrown);
  const all = error instanceof AggregateError ? error.errors : [error];
  return all.map((one: Error) => one.message.replace(file, '').replace(/^(:\d+:\d+)?: /, ''));
}

describe('a cluster file', () => {
  test('names its engines with their addresses, in order', async () => {
    const { engines } = await loadClusterFile(await write(shop));
    expect(engines).toMatchObject([
      { name: 'web', endpoint: { kind: 'plain', host: '10.0.0.1', port: 2375 } },
      { name: 'db', endpoint: { kind: 'ssh', user: 'me' }, address: '10.0.0.2' },
    ]);
    expect(engines[1]?.givenAs).toBe('host db (ssh://me@db.example)');
  });

  test('may be a module', async () => {
    const file = await write(`export default ${JSON.stringify(shop)} satisfies object;`, 'shop.ts');
    expect((await loadClusterFile(file)).described).toEqual(shop);
  });

  test('has its TLS folder relative to itself', async () => {
    const file = await write({
      tlsFolder: 'certs',
      hosts: [{ name: 'web', endpoint: 'tcp://10.0.0.1' }],
    });
    await expect(loadClusterFile(file)).rejects.toThrow(
      `TLS folder ${file.replace('shop.json', 'certs')}: no such file or directory (`,
    );
  });

  test('contains expectations, and adds none', async () => {
    const { described } = await loadClusterFile(await write(shop));
    expect(describedTarget(described, [], 'shop.json')).toEqual({
      name: 'shop.json',
      hosts: [],
      store: { kind: 'zookeeper', address: '10.0.0.9', port: 2181 },
      isComplete: false,
      expectations: {
        ...shop.expect,
        application: { url: 'http://10.0.0.1:8080/', status: 200, body: 'hello' },
      },
    });
    const bare = describedTarget({ hosts: described.hosts, name: 'mine', complete: true }, [], '');
    expect(bare).toMatchObject({ name: 'mine', isComplete: true, store: undefined });
    expect(bare.expectations.application).toBeUndefined();
  });

  test('reports all errors together', async () => {
    const wrong = {
      hosts: [
        { name: 'web', endpoint: 'tcp://10.0.0.1', context: 'far' },
        { name: 'web', address: '10.0.0' },
      ],
      store: 'redis://10.0.0.9',
      expect: {
        networks: [{ name: 'my-net', subnet: '10.0.9.1/24' }],
        containers: [{ name: 'tomcat-app', host: 'wbe', network: 'mynet' }],
        application: { url: 'ftp://10.0.0.1', body: 1 },
      },
      check: { probes: 'some', limit: 0 },
      image: 'x',
    };
    expect((await complain(wrong)).toSorted()).toEqual([
      'check.limit: 0 is not a number of seconds above 0',
      'check.probes: "some" is not "privileged" or "unprivileged" or "none"',
      'expect.application.body: 1 is not a string',
      'expect.application.url: "ftp://10.0.0.1" is not an http:// or https:// URL',
      'expect.containers[0].host: unknown host "wbe". Did you mean "web"?',
      'expect.containers[0].network: unknown network "mynet". Did you mean "my-net"?',
      'expect.networks[0].subnet: "10.0.9.1/24" is an address in 10.0.9.0/24: name the range itself',
      'hosts[0]: a host needs either an endpoint or a context, not both',
      'hosts[1].address: "10.0.0" is not an IPv4 address',
      'hosts[1].name: repeated host "web". Choose another name.',
      'hosts[1]: a host needs either an endpoint or a context, not both',
      'image: unknown field. Valid fields: name, hosts, tlsFolder, store, complete, expect, check.',
      'store: "redis://10.0.0.9" is not a key-value store: use consul://HOST:8500, etcd://HOST:2379 or zk://HOST:2181',
    ]);
  });

  test('reports each invalid endpoint', async () => {
    const hosts = [
      { name: 'web', endpoint: '10.0.0.1:2376' },
      { name: 'db', endpoint: 'tcp://' },
    ];
    expect(await complain({ hosts })).toEqual([
      expect.stringMatching(/^engine 10\.0\.0\.1:2376: not the address of an engine/),
      expect.stringMatching(/^engine tcp:\/\/: no host/),
    ]);
  });

  test('cannot be a topology', async () => {
    expect(await complain(seed)).toEqual([
      expect.stringMatching(/describes a topology to bring up, .* Run "overlay-e2e check" without/),
    ]);
  });
});
