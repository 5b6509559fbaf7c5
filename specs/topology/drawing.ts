import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { loadSetUp } from '../../helpers/topology/bring-up/set-up-record.ts';
import { shapesOf, textsOf } from '../unit/report/read-svg.ts';
import { overlayCommand, startCommand } from './command.ts';
import { expect } from './lab.ts';
import { expectRefusal, test } from './running.ts';

/** Tests `overlay-e2e draw` on a running topology. */
export function testDrawing(): void {
  const hosts = ['master-host', 'worker-host'];

  test('draws the running topology as files and as a page, from its state and the record of up', async ({
    running: { lab },
    folder,
  }) => {
    const draw = await startCommand(overlayCommand, ['draw'], {
      ...lab.env,
      OVERLAY_E2E_REPORTS: folder,
    }).ended;
    expect(draw.exitCode, draw.stderr).toBe(0);
    const files = ['topology.svg', 'paths.svg', 'set-up.svg', 'latencies.svg', 'index.html'];
    const places = files.map((file) => join(folder, 'pictures', file));
    expect(draw.stdout).toBe(`${places.join('\n')}\n`);
    const [topology = '', paths = '', setUp = '', latencies = '', page] = await Promise.all(
      places.map((file) => readFile(file, 'utf8')),
    );
    for (const svg of [topology, paths, setUp, latencies]) expect(page).toContain(svg);
    expect(topology).toContain('tomcat-app');
    expect(shapesOf(paths).map(({ title }) => title.replace(/:.*/, ''))).toEqual(
      expect.arrayContaining(['master-host → worker-host', 'worker-host → master-host']),
    );
    expect(textsOf(latencies)).toEqual(
      expect.arrayContaining([
        'ICMP echo between containers, over my-net',
        'tomcat-app → mysqlserver',
        'mysqlserver → tomcat-app',
        'master-host → worker-host',
        'worker-host → master-host',
        'GET …/car/1',
      ]),
    );
    const record = await loadSetUp(lab.store);
    const seconds = ((record?.endedAt ?? 0) - (record?.startedAt ?? 0)) / 1000;
    expect(textsOf(setUp)).toEqual(
      expect.arrayContaining([`seed set up in ${seconds.toFixed(1)} s`, 'mh-keystore', ...hosts]),
    );
    expect(shapesOf(setUp).map(({ title }) => title.replace(/:.*/, ''))).toEqual(
      expect.arrayContaining(['keystore', 'workload', 'docker start tomcat-app']),
    );
  });

  test('prints the record of up as JSON, without requests to the cluster', async ({
    running: { lab },
    folder,
  }) => {
    // Runs: npx overlay-e2e draw set-up --json
    const words = ['draw', 'set-up', '--json'];
    const env = { ...lab.env, OVERLAY_E2E_REPORTS: folder };
    const { exitCode, stdout, stderr } = await startCommand(overlayCommand, words, env).ended;
    expect(exitCode, stderr).toBe(0);
    const files = ['set-up.svg', 'index.html'].map((file) => join(folder, 'pictures', file));
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      setUp: await loadSetUp(lab.store),
      missing: [],
      files,
    });
  });

  test('reports what it cannot draw without a record or a running topology, and why', async ({
    lab,
    running,
    folder,
  }) => {
    const record = join(running.lab.store, 'set-up.json');
    await rename(record, join(folder, 'elsewhere'));
    const [unrecorded, empty] = await Promise.all(
      [running.lab, lab].map((one) => one.run('draw', 'set-up', '--into', folder)),
    );
    await rename(join(folder, 'elsewhere'), record);
    const why = `no record of the set-up in ${running.lab.store}: another program or version made it`;
    expect(unrecorded).toMatchObject({
      exitCode: 1,
      stdout: `${join(folder, 'index.html')}\n`,
      stderr: `overlay-e2e: set-up not drawn: ${why}\n`,
    });
    expect(await readFile(join(folder, 'index.html'), 'utf8')).toContain(`✖ not drawn: ${why}`);
    if (empty === undefined) throw new Error('it was not run');
    expectRefusal(
      empty,
      `draw the running topology: no topology is running in ${lab.store}. Run "overlay-e2e up".`,
    );
  });
}
