import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, onTestFinished } from 'vitest';
import type { TopologyDocument } from '../../helpers/topology/document.ts';
import { carUrl, firstCar } from '../../helpers/workload/car-service.ts';
import { fetchText } from '../seed/fetch-text.ts';
import { expect, expectNothingLeft, test } from './lab.ts';

const page = await readFile(join(import.meta.dirname, '../../docs/topologies.md'), 'utf8');
const [, example = ''] = /```ts\n(.*?)```/s.exec(page) ?? [];

async function write(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'overlay-e2e-own-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

describe('up of a topology file', () => {
  test('brings up the topology of the page, reuses it, and reports changes of the file', async ({
    lab,
  }) => {
    expect(example.trimEnd().split('\n').length).toBeLessThan(20);
    const myCluster = await write('my-cluster.ts', example);
    // Runs: npx overlay-e2e up ./my-cluster.ts
    const up = await lab.run('up', myCluster, '--json');
    expect(up.exitCode, up.stderr).toBe(0);
    const document = JSON.parse(up.stdout) as TopologyDocument;
    expect(document).toMatchObject({
      topology: 'shop',
      cluster: { kind: 'etcd', keystore: 'store', advertise: 'eth1:2376' },
      machines: [
        { name: 'store' },
        { name: 'counter', engineVersion: expect.stringMatching(/^20\.10\.24/) },
        { name: 'cellar', engineVersion: expect.stringMatching(/^20\.10\.5/) },
      ],
      networks: [{ name: 'stairs', subnet: '10.20.0.0/24', scope: 'global' }],
      workload: [
        { container: 'shop', machine: 'counter' },
        { container: 'stock', machine: 'cellar' },
      ],
    });
    const { carEndpoint = '', machines } = document;
    expect(carEndpoint).toBe(carUrl(machines[1]?.address ?? '', 1));
    expect(await fetchText(carEndpoint)).toMatchObject({ status: 200, body: firstCar });

    const again = await lab.run('up', myCluster, '--reuse', '--json');
    expect(again.stdout, again.stderr).toBe(up.stdout);
    const wider = await write('wider.ts', example.replace('0.0/24', '0.0/16'));
    const refused = await lab.run('up', wider, '--reuse');
    expect(refused.stderr.trimEnd().split('\n').at(-1)).toMatch(
      /^overlay-e2e: reuse the machines in .*: network stairs: its subnet is 10\.20\.0\.0\/24, not 10\.20\.0\.0\/16\. /,
    );

    const down = await lab.run('down');
    expect(down.stdout).toBe('Removed: cellar, counter, store.\n');
    await expectNothingLeft(lab);
  });

  test('with errors reports them as on the page, one line for each field, and starts nothing', async ({
    lab,
  }) => {
    const shown = [...page.matchAll(/^overlay-e2e: \.\/my-cluster\.ts: .*$/gm)].map(
      ([line]) => line,
    );
    expect(shown).toHaveLength(2);
    const broken = example
      .replace("'20.10.24'", "'26.1.5'")
      .replace("network: 'stairs'", "network: 'stair'");
    const myCluster = await write('my-cluster.ts', broken);
    const before = await lab.traces();
    const { exitCode, stdout, stderr } = await lab.run('up', myCluster);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    const lines = stderr.replaceAll(myCluster, './my-cluster.ts').trimEnd().split('\n');
    expect(lines.toSorted()).toEqual(shown.toSorted());
    expect(await lab.traces()).toEqual(before);
  });
});
