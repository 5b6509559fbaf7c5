import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, onTestFinished } from 'vitest';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { expect as matchers } from '../../helpers/spec/expect.ts';
import { openLab as openFixture } from '../../helpers/spec/lab.ts';
import type { TopologyDocument } from '../../helpers/topology/document.ts';
import { fetchText } from '../seed/fetch-text.ts';
import { expect, expectNothingLeft, test } from './lab.ts';

const page = await readFile(join(import.meta.dirname, '../../docs/topologies.md'), 'utf8');
const [, section = ''] = /## Services\n(.*?)\n## /s.exec(page) ?? [];
const [, topology = ''] = /```ts\n(.*?)```/s.exec(section) ?? [];
const [, stack = ''] = /```yaml\n(.*?)```/s.exec(section) ?? [];

async function writeExample(changed = stack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'overlay-e2e-services-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'tins.ts'), topology);
  await writeFile(join(folder, 'shop.yml'), changed);
  return folder;
}

describe('up of a topology with services', () => {
  test('brings up the services and the stack of the page, which check, draw and --reuse know', async ({
    lab,
  }) => {
    const folder = await writeExample();
    const up = await lab.runIn(folder, 'up', './tins.ts', '--json');
    expect(up.exitCode, up.stderr).toBe(0);
    const document = JSON.parse(up.stdout) as TopologyDocument;
    expect(document).toMatchObject({
      networks: [
        { name: 'stairs', subnet: '10.20.0.0/24' },
        { name: 'shop_default', subnet: '10.0.1.0/24' },
      ],
      services: [
        {
          service: 'stock',
          networks: [{ name: 'stairs' }],
          ports: [{ published: 8080, target: 80, protocol: 'tcp', mode: 'host' }],
        },
        { service: 'shop_till', networks: [{ name: 'stairs' }, { name: 'shop_default' }] },
      ],
    });

    const { service, machine, provider } = await openFixture(
      document,
      createNetnsProvider({ store: lab.store }),
    );
    const stock = await service('stock').tasks();
    expect(stock.map((one) => one.machine).toSorted()).toEqual(['cellar', 'counter']);
    const [till, ...others] = await service('shop_till').tasks();
    expect({ machine: till?.machine, others }).toEqual({ machine: 'cellar', others: [] });
    const container = await till?.container();
    const addresses = stock.map((one) => one.addressOn('stairs')).toSorted();
    for (const name of ['stock', 'tins', 'tasks.stock']) {
      const answer = await container?.exec(['getent', 'ahostsv4', name]);
      const found = [...(answer?.stdout ?? '').matchAll(/^(\S+)\s+STREAM/gm)].map(
        ([, one]) => one ?? '',
      );
      expect(
        found.toSorted((one, other) => one.localeCompare(other, 'en')),
        name,
      ).toEqual(addresses);
    }
    expect((await container?.exec(['getent', 'hosts', 'till']))?.stdout).toContain('10.0.1.');
    if (container === undefined) throw new Error('a task of shop_till expected');
    await matchers(container).toGet('http://stock/', { body: 'twelve tins\n' });
    await expect(
      matchers(container).toResolve('stock', { address: '10.20.0.200' }),
    ).rejects.toThrow('its address is 10.20.0.200');
    const port = await service('stock').publishedPort(80);
    for (const name of ['counter', 'cellar']) {
      const url = `http://${machine(name).address}:${port}/`;
      expect(await fetchText(url)).toMatchObject({ status: 200, body: 'twelve tins\n' });
    }
    await expect(service('stock').vip('stairs')).rejects.toThrow('no virtual address on stairs');
    const listed = await provider.run('counter', ['docker', 'stack', 'services', '-q', 'shop']);
    expect(document.services?.[1]?.id).toMatch(new RegExp(`^${listed.stdout.trim()}`));

    const check = await lab.runIn(folder, 'check', '--json');
    expect(check, check.stdout).toMatchObject({ exitCode: 0 });
    const { cluster } = JSON.parse(check.stdout) as {
      cluster: { networks: { name: string; services?: unknown }[] };
    };
    expect(cluster.networks.find(({ name }) => name === 'stairs')?.services).toEqual([
      { name: 'shop_till', tasks: 1 },
      { name: 'stock', tasks: 2 },
    ]);

    const again = await lab.runIn(folder, 'up', './tins.ts', '--reuse', '--json');
    expect(again.stdout, again.stderr).toBe(up.stdout);
    await writeFile(join(folder, 'shop.yml'), stack.replace('sleep infinity', 'sleep 1000000'));
    const refused = await lab.runIn(folder, 'up', './tins.ts', '--reuse');
    expect(refused.stderr).toContain('service shop_till: its description has changed');
    await writeFile(join(folder, 'shop.yml'), stack);
    await provider.run('counter', ['docker', 'service', 'rm', 'stock']);
    const gone = await lab.runIn(folder, 'up', './tins.ts', '--reuse');
    expect(gone.stderr).toContain('counter does not know the service stock with its original ID');
    const down = await lab.run('down');
    expect(down.stdout).toBe('Removed: cellar, counter.\n');
    await expectNothingLeft(lab);
  });

  test('reports an unsupported key of a stack file as on the page, and starts nothing', async ({
    lab,
  }) => {
    const folder = await writeExample(stack.replace('    command:', '    build: .\n    command:'));
    const before = await lab.traces();
    const up = await lab.runIn(folder, 'up', './tins.ts');
    expect({ exitCode: up.exitCode, stdout: up.stdout }).toEqual({ exitCode: 2, stdout: '' });
    const [shown] = /^overlay-e2e: shop\.yml:.*$/m.exec(page) ?? [];
    expect(up.stderr.trimEnd()).toBe(shown);
    expect(await lab.traces()).toEqual(before);
  });
});
