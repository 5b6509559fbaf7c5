import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test as base, describe, expect } from 'vitest';
import { createNetnsProvider, type NetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { makeDataFolders } from '../../helpers/netns/boot/boot.ts';
import { makeConfig, writeConfig } from '../../helpers/netns/state/machine-config.ts';
import { connectLink } from '../../helpers/netns/network/machine-link.ts';
import { macAddress } from '../../helpers/netns/state/names.ts';
import { takeStateDirectory } from '../../helpers/netns/state/state-directory.ts';
import { earlierIdentity, openStore } from '../../helpers/netns/state/store.ts';
import { ensureSwitch } from '../../helpers/netns/network/switch.ts';
import { prepareTools } from '../../helpers/debian/tools.ts';
import { runCommand } from '../../helpers/process/run-command.ts';
import { tearDown } from '../../helpers/topology/bring-up/tear-down.ts';
import { findTraces, noTraces } from './traces.ts';

const test = base
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  .extend('folder', async ({}, { onCleanup }) => {
    const folder = await mkdtemp(join(tmpdir(), 'damaged-'));
    onCleanup(() => rm(folder, { recursive: true, force: true }));
    return folder;
  })
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  .extend('env', { scope: 'file' }, async ({}) => (await prepareTools()).env);

/** The files and folders that a tear-down may read. */
const stateFiles = [
  '.overlay-e2e',
  'claim.json',
  'topology.json',
  'set-up.json',
  'netns/range',
  'netns',
  'certs/ca.pem',
  'machines/one/config.json',
  'machines/one/netns',
];

const damages: Readonly<Record<string, (file: string) => Promise<void>>> = {
  missing: (file) => rm(file, { recursive: true, force: true }),
  // No reader distinguishes these two, so each file gets one of them.
  'empty or corrupt': (file) => replace(file, file.length % 2 === 0 ? '' : '{"half": \0'),
  'a folder': async (file) => {
    await rm(file, { recursive: true, force: true });
    await mkdir(file);
    await writeFile(join(file, 'x.tmp'), '');
  },
};

// The machine has a namespace, links and files, but no engine, which saves a second and changes nothing about the
// tear-down.
describe('down leaves nothing of a machine and its switch', () => {
  test.for(stateFiles)(
    'with %s missing, empty, corrupt, or a folder',
    async (file, { folder, env }) => {
      for (const [name, damage] of Object.entries(damages)) {
        const provider = await makeState(join(folder, 'store'), env);
        await damage(join(provider.store, file));
        await tearDown(provider);
        // A folder in place of our file may keep its foreign content.
        const { files, ...rest } = await findTraces(provider.store);
        expect({ name, ...rest }).toEqual({ ...noTraces, name, files: undefined });
        if (name !== 'a folder') expect({ name, files }).toEqual({ name, files: [] });
        await rm(provider.store, { recursive: true, force: true });
      }
    },
  );

  test('on a full disk', async ({ folder, env }) => {
    await runCommand('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'small', folder], { env });
    try {
      const provider = await makeState(join(folder, 'store'), env);
      await rm(join(provider.store, 'claim.json'));
      await runCommand('sh', ['-c', `cat /dev/zero >${folder}/fill || :`]);
      await expect(writeFile(join(provider.store, 'x'), 'x')).rejects.toThrow('ENOSPC');
      await rm(join(provider.store, 'x'));
      expect(await tearDown(provider)).toMatchObject({ machines: ['one'] });
      expect(await findTraces(provider.store)).toEqual(noTraces);
    } finally {
      await runCommand('umount', [folder], { env });
    }
  });
});

test('down with a manually removed state directory leaves nothing in the kernel', async ({
  folder,
  env,
}) => {
  const provider = await makeState(join(folder, 'store'), env);
  await rm(provider.store, { recursive: true });
  expect(await tearDown(provider)).toMatchObject({ remains: ['one', 'the switch'] });
  expect(await findTraces(provider.store)).toEqual(noTraces);
});

test('down cleans up the shorter names of an earlier version', async ({ folder, env }) => {
  const store = join(folder, 'store');
  const earlier = earlierIdentity(openStore(store));
  const provider = await makeState(store, env, earlier);
  await rm(join(store, '.overlay-e2e'));
  const left = 'ip netns; ip -o link';
  const before = await runCommand('sh', ['-c', left], { env });
  expect(before.stdout).toContain(`e2e-${earlier.id}-one`);
  expect(await tearDown(provider)).toMatchObject({ machines: ['one'] });
  expect(await findTraces(store)).toEqual(noTraces);
  expect((await runCommand('sh', ['-c', left], { env })).stdout).not.toContain(earlier.id);
});

async function makeState(
  store: string,
  env: Readonly<Record<string, string>>,
  ground = openStore(store),
): Promise<NetnsProvider> {
  const provider = createNetnsProvider({ store });
  await takeStateDirectory(store);
  const range = await ensureSwitch(ground, undefined, env);
  const address = '192.168.99.100';
  const config = makeConfig(ground, {
    name: 'one',
    address,
    mac: macAddress(ground, address),
    engine: '20.10.5',
    memory: 0,
    cpus: 0,
    egress: false,
    tlsSans: [],
    engineOptions: {},
    swarmOptions: {},
  });
  makeDataFolders(ground, 'one');
  await writeConfig(ground, config);
  await connectLink(ground, config, range, env);
  const dead = { pid: 4_194_304, born: '1', doing: 'bring up seed' };
  for (const [file, text] of Object.entries({
    'claim.json': JSON.stringify(dead),
    'topology.json': '{}',
    'set-up.json': '{}',
    'certs/ca.pem': 'x',
    'certs/ca-key.pem': 'x',
    'machines/one/server.pem': 'x',
    'machines/one/netns/engine.sh': 'x',
  })) {
    await replace(join(store, file), text);
  }
  return provider;
}

async function replace(file: string, text: string): Promise<void> {
  await rm(file, { recursive: true, force: true });
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
