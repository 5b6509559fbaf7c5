import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe } from 'vitest';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { takeStateDirectory } from '../../helpers/netns/state/state-directory.ts';
import { withStoreLock } from '../../helpers/netns/state/store-lock.ts';
import { ensureSwitch } from '../../helpers/netns/network/switch.ts';
import { prepareTools } from '../../helpers/debian/tools.ts';
import { expect, expectNothingLeft, type Lab, test } from './lab.ts';

// A moment is identified by the progress line of the last completed step, when everything is killed.
describe('after a kill -9 of up', () => {
  test.for([
    'provider netns',
    'switch: namespace',
    'switch: link',
    'machine mh-keystore: network namespace and link',
    'machine mh-keystore: boot',
    'mh-keystore: docker run progrium/consul',
    'machine worker-host: boot',
  ])('at "%s", down leaves nothing', async (moment, { lab }) => {
    await upUntilKilled(lab, moment);
    await expectDown(lab);
  });

  test('and of every process of the machines, down leaves nothing', async ({ lab }) => {
    await upUntilKilled(lab, 'machine worker-host: boot');
    for (const label of (await lab.traces()).processes) killQuietly(Number(label.split(' ')[0]));
    await expectDown(lab);
  });

  test.for(['switch: link', 'machine worker-host: network namespace and link'])(
    'at "%s", the next up tears down the remains and brings up a new cluster',
    async (moment, { lab }) => {
      await upUntilKilled(lab, moment);
      const { exitCode, stdout, stderr } = await lab.run('up', '--until', 'keystore', '--json');
      expect(exitCode, stderr).toBe(0);
      expect(stderr).toMatch(/tear-down[^]*bring up seed/);
      const { machines } = JSON.parse(stdout) as { machines: { name: string }[] };
      expect(machines.map(({ name }) => name)).toEqual(['mh-keystore']);
      const { namespaces } = await lab.traces();
      expect(namespaces.join('\n')).not.toContain('worker-host');
      await expectDown(lab);
    },
  );
});

describe('after a kill -9 of down', () => {
  test.for(['provider netns', 'one: remove its link', 'switch: remove'])(
    'at "%s", the next down removes the rest',
    async (moment, { lab }) => {
      await lab.makeMachine('one');
      const down = lab.start('down', '--verbose');
      await down.says(moment);
      await lab.kill(down);
      await expectDown(lab);
    },
  );
});

describe('down removes the remains of a killed creation or removal of machines', () => {
  test.for<[string, (folder: string) => Promise<void>]>([
    ['an empty folder', async () => {}],
    [
      'certificates without a config',
      async (folder) => {
        await writeFile(join(folder, 'server-key.pem'), 'half a k');
        await writeFile(join(folder, 'server.pem.4711.tmp'), '');
      },
    ],
    [
      'a truncated config',
      async (folder) => {
        await writeFile(join(folder, 'config.json'), '{"Driver": {"IPAddr');
      },
    ],
    [
      'a data root without a config',
      async (folder) => {
        await mkdir(join(folder, 'netns/docker/overlay2/l'), { recursive: true });
      },
    ],
  ])('%s', async ([, leave], { lab }) => {
    const folder = join(lab.store, 'machines/half');
    await takeStateDirectory(lab.store);
    await mkdir(folder, { recursive: true });
    await leave(folder);
    expect(await expectDown(lab)).toBe('Removed from an interrupted run: half.\n');
  });

  test('a switch without a machine', async ({ lab }) => {
    const { env } = await prepareTools();
    const { stateDirectory: store } = createNetnsProvider({ store: lab.store });
    await withStoreLock(store, () => ensureSwitch(store, undefined, env));
    expect(await expectDown(lab)).toBe('Removed from an interrupted run: the switch.\n');
  });

  test('an unfinished machine next to a complete one', async ({ lab }) => {
    await lab.makeMachine('one');
    await mkdir(join(lab.store, 'machines/half'));
    expect(await expectDown(lab)).toBe('Removed: one.\nRemoved from an interrupted run: half.\n');
  });

  test('the drafts of a process next to them', async ({ lab }) => {
    await takeStateDirectory(lab.store);
    await writeFile(join(lab.store, 'claim.json.4194304'), '');
    await writeFile(join(lab.store, 'topology.json.4194304.tmp'), '{');
    await mkdir(join(lab.store, 'certs'));
    await writeFile(join(lab.store, 'certs/ca.pem.4194304.tmp'), '');
    expect(await expectDown(lab)).toBe('Nothing to remove.\n');
  });

  test('but not a virtual machine that docker-machine keeps in the same directory', async ({
    lab,
  }) => {
    const folder = join(lab.store, 'machines/default');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'disk.vmdk'), '');
    await lab.makeMachine('one');
    const left = `Not removed from ${lab.store}: certs, machines.\n`;
    expect(await lab.run('down')).toMatchObject({
      exitCode: 0,
      stdout: `Removed: one.\n${left}`,
    });
    const { files, ...rest } = await lab.traces();
    expect(files).toContain(folder);
    expect(files.join('\n')).not.toContain('one');
    expect(files).toContain(join(lab.store, 'certs'));
    expect(Object.values(rest).flat()).toEqual([]);
    expect(await lab.run('down')).toMatchObject({
      exitCode: 0,
      stdout: `Nothing to remove.\n${left}`,
    });
    expect((await lab.traces()).files).toEqual(files);
    await rm(folder, { recursive: true });
  });

  test('but not a folder of another program, which is rejected and stays unchanged', async ({
    lab,
  }) => {
    const files = ['certs/ca.pem', 'machines/empty/ca.pem', 'netns/range', 'data/db'];
    for (const file of files) {
      await mkdir(dirname(join(lab.store, file)), { recursive: true });
      await writeFile(join(lab.store, file), '192.168.99.0/24');
    }
    for (const command of ['down', 'up']) {
      const { exitCode, stderr } = await lab.run(command);
      expect(stderr).toContain(
        `state directory ${lab.store}: overlay-e2e did not create it, and it contains certs, data, machines, netns. Set MACHINE_STORAGE_PATH to a new or an empty folder.\n`,
      );
      expect(exitCode).toBe(1);
    }
    const found = await readdir(lab.store, { recursive: true });
    expect(found.filter((name) => files.includes(name)).sort()).toEqual(files.sort());
    expect(found).not.toContain('.overlay-e2e');
  });

  test('but not a foreign file next to them, which is named', async ({ lab }) => {
    await takeStateDirectory(lab.store);
    await mkdir(join(lab.store, 'machines/half'), { recursive: true });
    await writeFile(join(lab.store, 'notes.txt'), '');
    expect(await lab.run('down')).toMatchObject({
      exitCode: 0,
      stdout: `Removed from an interrupted run: half.\nNot removed from ${lab.store}: notes.txt.\n`,
    });
    const { files } = await lab.traces();
    expect(files.map((file) => file.slice(lab.store.length))).toEqual([
      '',
      '/.overlay-e2e',
      '/notes.txt',
    ]);
  });
});

async function upUntilKilled(lab: Lab, moment: string): Promise<void> {
  const up = lab.start('up', '--until', 'cluster', '--verbose');
  await up.says(moment);
  await lab.kill(up);
}

/** Returns the output of down. */
async function expectDown(lab: Lab): Promise<string> {
  const { exitCode, stdout, stderr } = await lab.run('down');
  expect(exitCode, stderr).toBe(0);
  await expectNothingLeft(lab);
  return stdout;
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was removed together with another one.
  }
}
