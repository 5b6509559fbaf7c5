import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, describe, expect, onTestFinished } from 'vitest';
import { openKeyValueStore } from '../../helpers/cluster/key-value/stores/open-store.ts';
import { startStore } from '../../helpers/cluster/key-value/stores/start-store.ts';
import type { Container } from '../../helpers/docker/containers/container.ts';
import { connectEngine, type Engine } from '../../helpers/docker/engine.ts';
import { ping } from '../../helpers/docker/containers/ping.ts';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { type ImageName, prepareImage } from '../../helpers/workload/images/prepare-images.ts';
import { guardStore } from './store-guard.ts';

const NAME = 'images';

const test = base.extend(
  'engine',
  { scope: 'file' },
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  async ({}, { onCleanup }) => {
    const store = await mkdtemp(join(tmpdir(), 'images-'));
    guardStore(store);
    const provider = createNetnsProvider({ store });
    onCleanup(async () => {
      await provider.remove([NAME]);
      await provider.cleanUp();
      await rm(store, { recursive: true, force: true });
    });
    const images = await Promise.all((['consul', 'mysql', 'tomcat'] as const).map(archiveOf));
    return connectEngine(await provider.create({ name: NAME, images }));
  },
);

async function archiveOf(name: ImageName): Promise<string> {
  const { archive } = await prepareImage(name);
  if (archive === undefined) throw new Error(`the image ${name} is not built here`);
  return archive;
}

describe('The Consul image', () => {
  test('leads and answers with the command line of the tutorial', async ({ engine }) => {
    const { store, container } = await startStore('consul', engine, { image: 'progrium/consul' });
    onTestFinished(() => container.remove());
    expect(await store.servers()).toEqual([{ name: expect.stringMatching(/:8300$/), leads: true }]);
    await store.write('image/spec', 'written');
    expect(await store.read('image/spec')).toBe('written');
  });

  test('elects a leader without waiting for a heartbeat', async ({ engine }) => {
    const container = await engine.containers.run({
      image: 'progrium/consul',
      // With this setting, the timeout would be 10 to 20 s, longer than an election on any slow machine.
      command: ['-server', '-bootstrap', '-hcl=performance { raft_multiplier = 10 }'],
      publish: ['8500:8500'],
    });
    onTestFinished(() => container.remove());
    await openKeyValueStore('consul', engine.machine.address).waitUntilReady();
    expect(await container.logs()).not.toContain('heartbeat timeout reached');
  });
});

describe('The mysqlserver image', () => {
  test('contains the car of the tutorial by default', async ({ engine }) => {
    const container = await startMysql(engine);
    const row =
      'SELECT car_name, date_of_creation, producer_name FROM car JOIN producer USING (producer_id)';
    const login = { user: 'cars', password: 'cars', database: 'cars' };
    expect(await ask(container, login, row)).toBe('Cruiser\t2015-10-14\ttoyota\n');
    expect(await ask(container, { user: 'root', password: 'root' }, 'SELECT 1')).toBe('1\n');
  });

  test('supports the environment variables of Docker’s own mysql image', async ({ engine }) => {
    const container = await startMysql(engine, {
      MYSQL_ROOT_PASSWORD: `it's "root"\\`,
      MYSQL_DATABASE: 'garage',
      MYSQL_USER: 'mechanic',
      MYSQL_PASSWORD: `o'neill`,
    });
    const mechanic = { user: 'mechanic', password: `o'neill`, database: 'garage' };
    expect(await ask(container, mechanic, 'SELECT car_name FROM car')).toBe('Cruiser\n');
    const root = { user: 'root', password: `it's "root"\\` };
    expect(await ask(container, root, 'SHOW DATABASES')).not.toMatch(/^cars$/m);
    await expect(ask(container, { user: 'root', password: 'root' }, 'SELECT 1')).rejects.toThrow(
      'Access denied',
    );
    await expect(ask(container, { user: 'cars', password: 'cars' }, 'SELECT 1')).rejects.toThrow(
      'Access denied',
    );
  });

  test('keeps changes over a stop and a start', async ({ engine }) => {
    const container = await startMysql(engine);
    const cars = { user: 'cars', password: 'cars', database: 'cars' };
    await ask(container, cars, "UPDATE car SET car_name = 'Corolla'");
    await container.stop();
    await container.start();
    await waitUntilReady(container);
    expect(await ask(container, cars, 'SELECT car_name FROM car')).toBe('Corolla\n');
  });
});

async function startMysql(
  engine: Engine,
  env: Readonly<Record<string, string>> = {},
): Promise<Container> {
  const container = await engine.containers.run({ image: 'docam/mysql-cont', env });
  onTestFinished(() => container.remove());
  await waitUntilReady(container);
  return container;
}

async function waitUntilReady(container: Container): Promise<void> {
  await waitFor(
    `${container.name}: MariaDB answers`,
    async () => {
      // As root over the socket, without a password.
      const asked = await container.exec(['mariadb', '-e', 'SELECT 1']);
      return asked.exitCode === 0 ? done(undefined) : notYet(asked.stderr.trim());
    },
    { limit: 60_000 },
  );
}

interface Login {
  readonly user: string;
  readonly password: string;
  readonly database?: string;
}

/** Queries over TCP, as the application does. An error of the server is thrown. */
async function ask(
  container: Container,
  { user, password, database = '' }: Login,
  statement: string,
): Promise<string> {
  const login = ['--host=127.0.0.1', `--user=${user}`, `--password=${password}`];
  const words = [...login, '--batch', '--skip-column-names', '--execute', statement, database];
  const { exitCode, stdout, stderr } = await container.exec(['mariadb', ...words]);
  if (exitCode !== 0) throw new Error(stderr.trim());
  return stdout;
}

describe('The tomcat-app image', () => {
  test('starts with its class archive', async ({ engine }) => {
    const container = await engine.containers.run({ image: 'docam/tomcat' });
    onTestFinished(() => container.remove());
    const options = '@/usr/local/tomcat/conf/java.options';
    const program = 'org.apache.catalina.util.ServerInfo';
    const { stdout } = await container.exec(['java', options, '-Xlog:class+load', program]);
    expect(stdout).toMatch(/^Server version: +Apache Tomcat\/10\./m);
    // Java ignores the archive silently if the classes differ from those in it.
    expect(stdout).toMatch(/ServerInfo source: shared objects file/);
  });

  test('pings mysqlserver by name, and answers with data from its database', async ({ engine }) => {
    await engine.networks.create({ name: 'cars', driver: 'bridge' });
    onTestFinished(() => engine.networks.remove('cars'));
    const network = { network: 'cars' };
    const mysql = await engine.containers.run({
      ...network,
      name: 'mysqlserver',
      image: 'docam/mysql-cont',
      env: { MYSQL_DATABASE: 'garage', MYSQL_USER: 'mechanic', MYSQL_PASSWORD: 'secret' },
    });
    onTestFinished(() => mysql.remove());
    const tomcat = await engine.containers.run({
      ...network,
      image: 'docam/tomcat',
      env: { MYSQL_DATABASE: 'garage', MYSQL_USER: 'mechanic', MYSQL_PASSWORD: 'secret' },
    });
    onTestFinished(() => tomcat.remove());
    const { received, transcript } = await ping(tomcat, 'mysqlserver');
    expect(received, transcript).toBe(3);
    const answer = await waitFor(
      'tomcat-app answers 200',
      async () => {
        const url = 'http://127.0.0.1:8080/rest-service-provider-1.0-SNAPSHOT/car/1';
        const { exitCode, stdout, stderr } = await tomcat.exec(['wget', '-q', '-O', '-', url]);
        return exitCode === 0 ? done(stdout) : notYet(stderr.trim());
      },
      { limit: 60_000 },
    );
    expect(JSON.parse(answer)).toMatchObject({
      carName: 'Cruiser',
      producer: { producerName: 'toyota' },
    });
  });
});
