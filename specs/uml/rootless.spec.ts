import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test as base, describe, expect, vi } from 'vitest';
import { isRunning } from '../../helpers/process/is-running.ts';
import { NOBODY, runAsNobody } from '../cli/run-as-nobody.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/providers.md'), 'utf8');

/** A disk that every user can reach: that of the temporary folder may be an overlay, or root's. */
const disk = process.env['OVERLAY_E2E_TMPDIR'] || '/var/tmp';

// The cache is empty at first.
const patience = { timeout: 1_800_000 };

/**
 * Has the engine of the first machine refuse a request without TLS, in its own words: a gateway may accept connections to
 * any address. Other clusters on this computer choose other ranges.
 */
const ASK = `node --input-type=module -e '
const signal = AbortSignal.timeout(10_000);
const answer = await fetch("http://10.211.7.100:2376/", { signal });
process.exit((await answer.text()).includes("HTTPS server") ? 0 : 1);'`;

const test = base
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  .extend('home', { scope: 'file' }, async ({}, { onCleanup }) => {
    const home = await mkdtemp(join(disk, 'rootless-'));
    onCleanup(async () => {
      for (const pid of listOwn()) process.kill(pid, 'SIGKILL');
      await vi.waitFor(() => expect(listOwn()).toEqual([]), { timeout: 60_000 });
      await rm(home, { recursive: true, force: true });
    });
    return home;
  });

// In this order, because the first test fills the cache of all.
describe('A user without root and capabilities', { shuffle: false }, () => {
  test(
    'brings up and tears down the cluster with the commands of the page',
    patience,
    async ({ home }) => {
      const [, block = ''] = /### Without root\n.*?```sh\n(.*?)```/s.exec(page) ?? [];
      const { exitCode, stdout, stderr } = await runAsNobody(`set -e\n${typed(block)}`, {
        home,
        provider: '',
      });
      expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({
        exitCode: 0,
        stderr: '',
      });
      expect(stdout).toMatch(/^✔ without root +yes, in user namespaces; /m);
      expect(stdout).toMatch(/^Nothing is missing\.$/m);
      expect(stdout).toMatch(/^seed is up after /m);
      expect(stdout).toMatch(/^Removed: .*master-host/m);
      expect(stderr).toMatch(/^\[ +0\.\d s\] provider uml: .*; without root, in user namespaces/m);
      expect(listOwn()).toEqual([]);
      expect(existsSync(join(home, 'store'))).toBe(false);
    },
  );

  test('passes the specs of the tutorial', patience, async ({ home }) => {
    const { exitCode, stdout } = await runAsNobody('npm run e2e', { home, provider: '' });
    expect(stdout).toMatch(/^[1-9]\d* passed, 0 failed/m);
    expect(exitCode).toBe(0);
    expect(listOwn()).toEqual([]);
  });

  test('passes the contract of providers', patience, async ({ home }) => {
    const { exitCode, stdout } = await runAsNobody(
      'npm run uml -- specs/machine/contract-uml.spec.ts',
      { home, provider: 'uml' },
    );
    expect(stdout).toMatch(/^[1-9]\d* passed, 0 failed/m);
    expect(exitCode).toBe(0);
    expect(listOwn()).toEqual([]);
  });

  test('leaves nothing after "up" was killed at ten random moments', patience, async ({ home }) => {
    const up = typed('npx overlay-e2e up --until keystore');
    const down = typed('npx overlay-e2e down');
    const begin = performance.now();
    expect(await runAsNobody(up, { home, provider: 'uml' })).toMatchObject({ exitCode: 0 });
    const seconds = (performance.now() - begin) / 1000;
    await runAsNobody(down, { home, provider: 'uml' });
    for (let round = 1; round <= 10; round++) {
      const moment = (Math.random() * seconds).toFixed(2);
      const line = `timeout --signal KILL ${moment} ${up}\n${down}`;
      const { exitCode, stderr } = await runAsNobody(line, { home, provider: 'uml' });
      expect({ moment, exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({
        moment,
        exitCode: 0,
        stderr: '',
      });
      expect({ moment, own: listOwn() }).toEqual({ moment, own: [] });
      expect({ moment, store: existsSync(join(home, 'store')) }).toEqual({ moment, store: false });
    }
  });

  test('has folders and keys that no other user can open', patience, async ({ home }) => {
    const up = typed('E2E_SUBNET=10.211.7.0/24 npx overlay-e2e up --until keystore');
    const { store, exitCode } = await runAsNobody(up, { home, provider: 'uml' });
    expect(exitCode).toBe(0);
    expect(statSync(store)).toMatchObject({ uid: NOBODY });
    expect(statSync(store).mode & 0o077).toBe(0);
    expect(statSync(join(home, '.cache/overlay-e2e')).mode & 0o077).toBe(0);
    expect(listOwn().length).toBeGreaterThan(0);
  });

  test('reaches the machines from its namespaces only', patience, async ({ home }) => {
    const options = { home, provider: 'uml' };
    expect(await runAsNobody(ASK, options)).not.toMatchObject({ exitCode: 0 });
    const inside = await runAsNobody(
      `node_modules/.bin/node helpers/cli/rootless.ts ${ASK}`,
      options,
    );
    expect(inside).toMatchObject({ exitCode: 0 });
  });

  test('removes everything after all of its namespaces were killed', patience, async ({ home }) => {
    for (const pid of listOwn()) process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(listOwn()).toEqual([]), { timeout: 60_000 });
    const { exitCode, stdout, store } = await runAsNobody(typed('npx overlay-e2e down'), {
      home,
      provider: 'uml',
    });
    expect(stdout).toMatch(/^Removed: mh-keystore\.$/m);
    expect(exitCode).toBe(0);
    expect(existsSync(store)).toBe(false);
    expect(listOwn()).toEqual([]);
  });
});

/** Replaces npx, which changes the modes of the package's files: here they belong to root. */
function typed(lines: string): string {
  return lines.replaceAll('npx overlay-e2e', 'helpers/cli/overlay-e2e.sh');
}

/** The user's processes in other user namespaces than this one: the keeper, the machines, and commands. */
function listOwn(): number[] {
  const here = readlinkSync('/proc/self/ns/user');
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const there = readlinkSync(`/proc/${pid}/ns/user`);
        // A process that has ended keeps its user namespace until its parent takes note.
        return statSync(`/proc/${pid}`).uid === NOBODY && there !== here && isRunning(pid);
      } catch {
        return false;
      }
    });
}
