import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createUmlProvider } from '../../helpers/machine/uml/provider.ts';
import { readHierarchies, storeCgroup } from '../../helpers/netns/cgroups/cgroup.ts';
import { namespaceFolder, namespacePrefix } from '../../helpers/netns/state/names.ts';
import { listProcesses } from './list-processes.ts';

const helpers = join(import.meta.dirname, '../../helpers');

/** Creates a machine, and prints the title of each activity. */
const CREATE = `
import { onActivity } from '${helpers}/process/activity.ts';
import { createUmlProvider } from '${helpers}/machine/uml/provider.ts';
onActivity({ start: ({ title }) => console.log(title) });
await createUmlProvider({ store: process.argv[1] }).create({ name: 'killed' });
`;

test.for(['machine killed: disk', 'takes commands', 'engine answers'])(
  'A run killed at "%s" leaves nothing after a clean-up',
  async (moment) => {
    const folder = await mkdtemp(join(tmpdir(), 'uml-killed-'));
    const store = join(folder, 'store');
    const provider = createUmlProvider({ store });
    onTestFinished(async () => {
      await provider.remove(await provider.listOwn());
      await provider.cleanUp();
      await rm(folder, { recursive: true, force: true });
    });
    const run = spawn(process.execPath, ['--input-type=module', '-e', CREATE, store], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(run, 'exit');
    let printed = '';
    run.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (printed.includes(moment)) run.kill('SIGKILL');
    });
    expect(await ended).toEqual([null, 'SIGKILL']);

    await provider.remove(await provider.listOwn());
    await provider.cleanUp();
    const { stateDirectory } = provider;
    const namespaces = readdirSync(namespaceFolder);
    expect(namespaces.filter((name) => name.startsWith(namespacePrefix(stateDirectory)))).toEqual(
      [],
    );
    const cgroups = readHierarchies().map((hierarchy) => storeCgroup(hierarchy, stateDirectory));
    expect(cgroups.filter((path) => existsSync(path))).toEqual([]);
    expect(listProcesses(store)).toEqual([]);
    expect(existsSync(join(store, 'machines', 'killed'))).toBe(false);
  },
);
