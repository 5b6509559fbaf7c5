import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { HarnessError } from '../../../../helpers/process/errors/harness-error.ts';
import { loadTopology } from '../../../../helpers/topology/describe/load-topology.ts';
import type { Topology } from '../../../../helpers/topology/topology.ts';
import { IMAGE_TAGS } from '../../../../helpers/workload/images/prepare-images.ts';

const topology = {
  name: 'shop',
  cluster: { kind: 'swarm-mode', manager: 'one' },
  machines: [{ name: 'one' }, { name: 'two' }],
  networks: [{ name: 'front', driver: 'overlay', subnet: '10.0.1.0/24', createdOn: 'one' }],
  configs: [{ name: 'page', content: 'hello' }],
  stacks: [{ name: 'blue', file: './stack.yml', images: { 'web:1': { debian: ['busybox'] } } }],
};

/** Writes a topology with a stack file. Returns the folder. */
async function write(stack: string, changes: object = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'overlay-e2e-stack-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'shop.json'), JSON.stringify({ ...topology, ...changes }));
  await writeFile(join(folder, 'stack.yml'), stack);
  await writeFile(join(folder, 'key.txt'), 'from a file\n');
  return folder;
}

async function load(stack: string, changes?: object): Promise<Topology> {
  return await loadTopology(join(await write(stack, changes), 'shop.json'));
}

/** Returns the lines of the errors of a stack file, without the name of its folder. */
async function complain(stack: string): Promise<string[]> {
  const folder = await write(stack);
  const failure: unknown = await loadTopology(join(folder, 'shop.json')).catch(
    (error: unknown) => error,
  );
  const errors = failure instanceof AggregateError ? failure.errors : [failure];
  return errors.map(({ line }: HarnessError) => line.replace(`${folder}/`, ''));
}

const least = 'services:\n  web:\n    image: web:1\n    command: sleep infinity\n';

describe('a stack file', () => {
  test('becomes services, networks, configs and secrets of the topology', async () => {
    const { stacks, services, networks, configs, secrets } = await load(`
version: "3.8"
x-update: &update { order: start-first, delay: 1m30s, parallelism: 2, failure_action: rollback }
services:
  web:
    image: web:1
    command: busybox  httpd -f
    entrypoint: ["sh", "-c"]
    environment: [COLOR=a=b, "PRICE=$$5"]
    networks:
      front: { aliases: [site] }
      back:
    ports: ["8080:80", { target: 53, published: 53, protocol: udp, mode: host }]
    configs: [page, { source: own, target: /etc/own }]
    secrets: [key]
    healthcheck:
      test: ["CMD-SHELL", "exit 0"]
      interval: 500ms
      start_period: 1h2s
    stop_grace_period: 20s
    deploy:
      replicas: 2
      placement: { constraints: [node.role == worker] }
      update_config: *update
      rollback_config: { order: stop-first }
  cars:
    image: ${IMAGE_TAGS.tomcat}
    environment: { PORT: 80, DEBUG: true }
    deploy: { mode: global, endpoint_mode: dnsrr }
networks:
  front: { external: true }
  back: { driver: overlay, driver_opts: { encrypted: "" }, internal: true, ipam: { config: [{ subnet: 10.9.0.0/16 }] } }
configs:
  page: { external: true }
  own: { content: mine }
secrets:
  key: { file: ./key.txt }
`);
    expect(stacks).toBeUndefined();
    expect(networks).toEqual([
      topology.networks[0],
      // 10.0.0.0/24 is the routing mesh's, and 10.0.1.0/24 is taken.
      { name: 'blue_default', driver: 'overlay', subnet: '10.0.2.0/24', createdOn: 'one' },
      {
        name: 'blue_back',
        driver: 'overlay',
        subnet: '10.9.0.0/16',
        createdOn: 'one',
        encrypted: true,
        internal: true,
      },
    ]);
    expect(configs).toEqual([topology.configs[0], { name: 'blue_own', content: 'mine' }]);
    expect(secrets).toEqual([{ name: 'blue_key', content: 'from a file\n' }]);
    expect(services).toEqual([
      {
        name: 'blue_web',
        stack: 'blue',
        networks: [
          { name: 'front', aliases: ['web', 'site'] },
          { name: 'blue_back', aliases: ['web'] },
        ],
        image: { debian: ['busybox'] },
        command: ['busybox', 'httpd', '-f'],
        entrypoint: ['sh', '-c'],
        environment: { COLOR: 'a=b', PRICE: '$5' },
        ports: ['8080:80', { target: 53, published: 53, protocol: 'udp', mode: 'host' }],
        replicas: 2,
        constraints: ['node.role == worker'],
        configs: [
          { name: 'page', target: '/page' },
          { name: 'blue_own', target: '/etc/own' },
        ],
        secrets: [{ name: 'blue_key', target: 'key' }],
        health: { command: ['sh', '-c', 'exit 0'], interval: 0.5, startPeriod: 3602 },
        stopGrace: 20,
        update: { order: 'start-first', delay: 90, parallelism: 2, onFailure: 'rollback' },
        rollback: { order: 'stop-first' },
      },
      {
        name: 'blue_cars',
        stack: 'blue',
        networks: [{ name: 'blue_default', aliases: ['cars'] }],
        recipe: 'tomcat',
        environment: { PORT: '80', DEBUG: 'true' },
        mode: 'global',
        endpoint: 'dnsrr',
      },
    ]);
  });

  test('adds to the services of the topology, whose ports it cannot have', async () => {
    const web = {
      name: 'web',
      networks: ['front'],
      image: { debian: ['busybox'] },
      command: ['sh'],
    };
    const services = [{ ...web, ports: ['8080:80'] }];
    expect((await load(least, { services })).services?.map(({ name }) => name)).toEqual([
      'web',
      'blue_web',
    ]);
    await expect(load(`${least}    ports: ["8080:80"]\n`, { services })).rejects.toThrow(
      'web already publishes port 8080/tcp',
    );
  });

  test.for<[stack: string, ...said: string[]]>([
    [
      `${least}    build: .\n    privileged: true\n`,
      'stack.yml:5:5: services.web.build: the key "build" is not supported in stack files. Valid fields: image',
      'stack.yml:6:5: services.web.privileged: the key "privileged" is not supported in stack files',
    ],
    [
      `${least}    deploy:\n      resources: {}\n`,
      'stack.yml:6:7: services.web.deploy.resources: the key "resources" is not supported',
    ],
    [`${least}volumes: {}\n`, 'stack.yml:5:1: volumes: the key "volumes" is not supported'],
    ['services:\n  web: {}\n', 'stack.yml:2:3: services.web.image: missing: must be a string'],
    [
      `${least}    networks: [bakc]\nnetworks:\n  back:\n`,
      'stack.yml:5:16: services.web.networks[0]: unknown network "bakc". Did you mean "back"?',
    ],
    [
      `${least}    secrets: [key]\n`,
      'stack.yml:5:15: services.web.secrets[0]: unknown secret "key". The file has no secrets.',
    ],
    [
      'services:\n  web:\n    image: web:${TAG}\n',
      'stack.yml:3:5: services.web.image: "web:${TAG}": variables are not supported',
    ],
    [
      'services:\n  web:\n    image: web:1\n    command: sh -c "sleep 1"\n',
      'stack.yml:4:5: services.web.command: "sh -c \\"sleep 1\\"": write a command with quotes as',
    ],
    [
      `${least}    stop_grace_period: 10\n`,
      'stack.yml:5:5: services.web.stop_grace_period: 10 is not a string',
    ],
    [
      `${least}    ports: ["127.0.0.1:80:80"]\n`,
      'stack.yml:5:13: services.web.ports[0]: "127.0.0.1:80:80" is not PUBLISHED:TARGET',
    ],
    ['version: "2.4"\n' + least, 'stack.yml:1:1: version: "2.4" is not version 3 of the format'],
    ['services: {}\n', 'stack.yml:1:1: services: no services'],
    ['services: [web]\n', 'stack.yml:1:1: services: ["web"] is not an object'],
    ['services:\n  web:\n  web:\n', 'stack.yml:2:7: invalid YAML: Map keys must be unique'],
    ['services: {\n', 'stack.yml:'],
    ['', 'stack.yml:1:1: null is not an object'],
    [
      `${least}secrets:\n  key: { file: ./none.txt }\n`,
      'stack.yml:6:10: no such file or directory',
    ],
  ])('is refused in one line for each error: %j', async ([stack, ...said]) => {
    const lines = await complain(stack);
    expect(lines).toEqual(said.map((one) => expect.stringContaining(one)));
    for (const line of lines) expect(line).not.toContain('\n');
  });

  test('with thousands of aliases is refused instead of filling the memory', async () => {
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let at = 1; at < 9; at += 1) {
      bomb.push(`x-a${at}: &a${at} [${Array.from({ length: 9 }, () => `*a${at - 1}`).join(', ')}]`);
    }
    const lines = await complain(`x-${bomb.join('\n')}\n${least}`);
    expect(lines).toEqual([expect.stringContaining('Excessive alias count')]);
  });

  test('that does not exist is refused', async () => {
    const stacks = [{ name: 'blue', file: './none.yml' }];
    await expect(load(least, { stacks })).rejects.toMatchObject({ code: 'file-unreadable' });
  });
});
