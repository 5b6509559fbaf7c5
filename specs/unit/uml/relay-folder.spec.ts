import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  lutimes,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { removeStaleRelayFolders } from '../../../helpers/uml/rootless/relay-folder.ts';

const module = join(import.meta.dirname, '../../../helpers/uml/rootless/relay.ts');

/** Starts a relay, and prints its socket. */
const RELAY = `const { startRelay } = await import('${module}'); console.log((await startRelay()).socket);`;

/** The folder of a killed relay, two minutes old. */
interface StaleFolder {
  readonly parent: string;
  readonly name: string;
  readonly socket: string;
}

/** No process has this number: Linux ends at 4194304. */
const NAME = 'overlay-e2e-outside-4194305-abcdef';

async function makeStale(): Promise<StaleFolder> {
  const parent = await makeParent();
  const folder = join(parent, NAME);
  await mkdir(folder);
  const socket = join(folder, 'socket');
  const server = createServer().listen(`${socket}-open`);
  await once(server, 'listening');
  // With another name, the server's end does not remove it.
  await rename(`${socket}-open`, socket);
  server.close();
  await once(server, 'close');
  await makeOld(socket, folder);
  return { parent, name: NAME, socket };
}

/** In /tmp, because the kernel allows only short names of sockets. */
async function makeParent(): Promise<string> {
  const parent = await mkdtemp('/tmp/relay-');
  onTestFinished(() => rm(parent, { recursive: true }));
  return parent;
}

/** Starts a relay in that folder for temporary files, and kills it. Returns its socket. */
async function killRelay(parent: string): Promise<string> {
  const relay = spawn(process.execPath, ['--input-type=module', '-e', RELAY], {
    env: { ...process.env, TMPDIR: parent },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(relay, 'exit');
  onTestFinished(async () => {
    relay.kill('SIGKILL');
    await ended;
  });
  const [printed] = (await once(relay.stdout, 'data')) as [Buffer];
  relay.kill('SIGKILL');
  await ended;
  return printed.toString().trim();
}

async function makeOld(...files: readonly string[]): Promise<void> {
  const then = Date.now() / 1000 - 120;
  for (const file of files) await lutimes(file, then, then);
}

/** Each makes another thing of a stale folder, which nothing may remove. */
const others: readonly (readonly [string, (stale: StaleFolder) => Promise<void>])[] = [
  [
    'a folder that is a few seconds old',
    async ({ socket }) => {
      const now = Date.now() / 1000;
      await utimes(dirname(socket), now, now);
    },
  ],
  [
    'a folder of a running process',
    async ({ parent, name }) => {
      const running = name.replace(/\d+-\w+$/, `${process.pid}-abcdef`);
      await rename(join(parent, name), join(parent, running));
    },
  ],
  [
    'a folder without the number of a process in its name',
    async ({ parent, name }) => {
      await rename(join(parent, name), join(parent, name.replace(/\d+-/, '')));
    },
  ],
  [
    'a socket that accepts connections',
    async ({ socket }) => {
      await rm(socket);
      const server = createServer().listen(socket);
      onTestFinished(() => void server.close());
      await once(server, 'listening');
      await makeOld(socket, dirname(socket));
    },
  ],
  [
    'a file in place of the socket',
    async ({ socket }) => {
      await rm(socket);
      await writeFile(socket, '');
      await makeOld(socket, dirname(socket));
    },
  ],
  [
    'a folder with another file',
    async ({ socket }) => {
      await writeFile(join(dirname(socket), 'notes'), '');
      await makeOld(dirname(socket));
    },
  ],
  [
    'a link to another folder',
    async ({ parent, name }) => {
      await mkdir(join(parent, 'other'));
      await rename(join(parent, name), join(parent, 'other', name));
      await symlink(join('other', name), join(parent, name));
      await makeOld(join(parent, name));
    },
  ],
];

describe('The start of a relay', () => {
  test('removes the folder of a killed one', async () => {
    const parent = await makeParent();
    const first = await killRelay(parent);
    expect(await readdir(parent)).toEqual([basename(dirname(first))]);
    await makeOld(first, dirname(first));
    const second = await killRelay(parent);
    expect(await readdir(parent)).toEqual([basename(dirname(second))]);
  });

  test.for(others)('leaves %s', async ([, change]) => {
    const stale = await makeStale();
    await change(stale);
    const before = await readdir(stale.parent, { recursive: true });
    await removeStaleRelayFolders(stale.parent);
    expect(await readdir(stale.parent, { recursive: true })).toEqual(before);
    expect(before.length).toBeGreaterThan(1);
  });

  test('removes a folder of which nothing else is true', async () => {
    const { parent } = await makeStale();
    await removeStaleRelayFolders(parent);
    expect(await readdir(parent)).toEqual([]);
  });
});
