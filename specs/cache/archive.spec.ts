import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test as base, describe, expect, onTestFinished } from 'vitest';
import { cacheFolder } from '../../helpers/debian/cache/cache.ts';
import { prepareEngineBundle } from '../../helpers/debian/engines/engine-bundle.ts';
import { prepareTools } from '../../helpers/debian/tools.ts';
import { runCommand } from '../../helpers/process/run-command.ts';

const netnsMachine = resolve(import.meta.dirname, '../../helpers/cli/netns-machine.sh');

const test = base
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  .extend('home', async ({}, { onCleanup }) => {
    const home = await mkdtemp(join(tmpdir(), 'archive-'));
    onCleanup(async () => {
      // Removed before its folder, which identifies it: a fixture's clean-up runs before onTestFinished.
      await machine(home, 'rm -f', {});
      await rm(home, { recursive: true });
    });
    return home;
  });

test('with a full cache, a machine is created without the archive and without a request to it', async ({
  home,
}) => {
  // Fills the cache, in case this test runs first.
  await Promise.all([prepareTools(), prepareEngineBundle()]);
  await standIns(home);
  const called = join(home, 'called');
  const env = {
    CALLED: called,
    PATH: `${home}/bin:${process.env['PATH'] ?? ''}`,
    XDG_CACHE_HOME: resolve(cacheFolder(), '..'),
    E2E_DEBIAN_MIRROR: 'http://127.0.0.1:9/debian',
  };
  const made = await machine(home, 'create', env);
  expect(made, made.stderr).toMatchObject({ exitCode: 0 });
  expect(existsSync(called) ? readFileSync(called, 'utf8') : 'nothing').toBe('nothing');
});

describe('an empty cache', () => {
  test('is an error of one line with a hint if the mirror is unreachable', async ({ home }) => {
    const { exitCode, stderr } = await machine(home, 'create', {
      XDG_CACHE_HOME: join(home, 'cache'),
      E2E_DEBIAN_MIRROR: 'http://127.0.0.1:9/debian',
    });
    expect(stderr.split('\n')[0]).toMatch(
      /^Error creating machine: read the package lists of Debian \w+: .*127\.0\.0\.1.*\. Check the network, apt’s proxy and the mirror in \/etc\/apt, or set E2E_DEBIAN_MIRROR=/,
    );
    expect(exitCode).toBe(1);
    expect(existsSync(join(home, 'store/machines'))).toBe(false);
  });

  test('is not filled from a mirror without a signature of Debian', async ({ home }) => {
    const server = createServer((request, response) => {
      if (/\/(?:In)?Release$/.test(request.url ?? '')) {
        return response.end(`Origin: Debian\nSuite: x\nDate: ${new Date().toUTCString()}\n`);
      }
      return response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { exitCode, stderr } = await machine(home, 'create', {
      XDG_CACHE_HOME: join(home, 'cache'),
      E2E_DEBIAN_MIRROR: `http://127.0.0.1:${port}/debian`,
    });
    expect(stderr.split('\n')[0]).toMatch(
      /^Error creating machine: read the package lists of Debian \w+: .*(?:sign|NOSPLIT|clearsigned|gpg|sqv).*E?/i,
    );
    expect(exitCode).toBe(1);
    expect(existsSync(join(home, 'cache/overlay-e2e/engines'))).toBe(false);
  });

  test('is an error of one line if the disk has no space for the archive’s lists', async ({
    home,
  }) => {
    await mkdir(join(home, 'cache'));
    await runCommand('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'small', join(home, 'cache')]);
    try {
      const { exitCode, stderr } = await machine(home, 'create', {
        XDG_CACHE_HOME: join(home, 'cache'),
      });
      expect(stderr.split('\n')[0]).toMatch(
        /^Error creating machine: .*: no space left for the cache \S+\/cache\/overlay-e2e, on a disk of 3 MB. Free space there, or set XDG_CACHE_HOME/,
      );
      expect(exitCode).toBe(1);
      for (const folder of ['engines', 'tools']) {
        expect(existsSync(join(home, 'cache/overlay-e2e', folder, '20.10.5-x64-3'))).toBe(false);
      }
    } finally {
      await runCommand('umount', [join(home, 'cache')]);
    }
  });
});

async function machine(home: string, command: string, env: Readonly<Record<string, string>>) {
  const { HOME = '/root', PATH = '' } = process.env;
  return await runCommand('sh', ['-c', `exec "$0" ${command} one`, netnsMachine], {
    env: { HOME, PATH, ...proxies(), MACHINE_STORAGE_PATH: join(home, 'store'), ...env },
    expect: 'any',
  });
}

/** Returns the proxies of the run for apt, except for mirrors on this host. */
function proxies(): Record<string, string> {
  const told = Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && /_proxy$/i.test(name) ? [[name, value] as const] : [],
  );
  const { no_proxy: others } = Object.fromEntries(told);
  const direct = others === undefined ? '127.0.0.1' : `${others},127.0.0.1`;
  return { ...Object.fromEntries(told), no_proxy: direct };
}

/** Creates fakes of programs that download or unpack, first on PATH. They record their call and fail. */
async function standIns(home: string): Promise<void> {
  await mkdir(join(home, 'bin'));
  for (const name of ['apt-get', 'apt-config', 'dpkg', 'dpkg-deb', 'curl', 'wget']) {
    const file = join(home, 'bin', name);
    await writeFile(file, `#!/bin/sh\necho "${name} $*" >>"$CALLED"\nexit 1\n`);
    await chmod(file, 0o755);
  }
}
