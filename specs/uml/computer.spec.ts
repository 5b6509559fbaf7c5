import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test as base, describe, expect, vi } from 'vitest';
import { NOBODY, runAsNobody } from '../cli/run-as-nobody.ts';

const docs = join(import.meta.dirname, '../../docs');
const page = readFileSync(join(docs, 'providers.md'), 'utf8');
const topologies = readFileSync(join(docs, 'topologies.md'), 'utf8');

/** A disk that every user can reach: that of the temporary folder may be an overlay, or root's. */
const disk = process.env['OVERLAY_E2E_TMPDIR'] || '/var/tmp';

// The cache is empty at first, and the computer builds all images.
const patience = { timeout: 3_600_000 };

const test = base
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  .extend('home', { scope: 'file' }, async ({}, { onCleanup }) => {
    const home = await mkdtemp(join(disk, 'computer-'));
    onCleanup(async () => {
      for (const pid of listOwn(home)) process.kill(pid, 'SIGKILL');
      await vi.waitFor(() => expect(listOwn(home)).toEqual([]), { timeout: 60_000 });
      await rm(home, { recursive: true, force: true });
    });
    return home;
  });

// In this order, because the first test fills the cache of all.
describe('A user without root whose kernel refuses user namespaces', { shuffle: false }, () => {
  test(
    'brings up, uses and tears down the cluster with the commands of the page',
    patience,
    async ({ home }) => {
      const [, block = ''] =
        /### Without root and namespaces\n.*?```sh\n(.*?)```/s.exec(page) ?? [];
      const { exitCode, stdout, stderr } = await refused(`set -e\n${typed(block)}`, home);
      expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({
        exitCode: 0,
        stderr: '',
      });
      expect(stdout).toMatch(/^✔ without root +yes, in a virtual computer with one processor: /m);
      expect(stdout.replaceAll(/\n +/g, ' ')).toContain(
        'This user cannot create namespaces, "unshare: unshare failed: Operation not permitted". For more speed, run this command as root; or in a container, allow them: ',
      );
      expect(stdout).toMatch(/^Nothing is missing\.$/m);
      expect(stdout).toMatch(/^seed is up after /m);
      expect(stdout).toMatch(/"carId":\s*1\b/);
      // The end, which a failure shows. The answer of curl ends without a new line.
      expect(stdout.slice(-300)).toMatch(/(?:^|\})Removed: .*master-host/m);
      expect(stderr).toMatch(
        /^\[ +\d\.\d s\] provider netns: .*; without root, in a virtual computer, because this user cannot create namespaces/m,
      );
      expect(listOwn(home)).toEqual([]);
      expect(existsSync(join(home, 'store'))).toBe(false);
    },
  );

  test('passes the specs of the tutorial', patience, async ({ home }) => {
    const { exitCode, stdout } = await refused('npm run e2e', home);
    expect(stdout).toMatch(/^[1-9]\d* passed, 0 failed/m);
    expect(exitCode).toBe(0);
    expect(existsSync(join(home, 'reports/allure-report/index.html'))).toBe(true);
    expect(listOwn(home)).toEqual([]);
  });

  test('removes everything after the computer was killed', patience, async ({ home }) => {
    const up = await refused(typed('npx overlay-e2e up --until keystore'), home);
    expect(up.exitCode).toBe(0);
    expect(listOwn(home)).not.toEqual([]);
    for (const pid of listOwn(home)) process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(listOwn(home)).toEqual([]), { timeout: 60_000 });
    const { exitCode, stdout } = await refused(typed('npx overlay-e2e down'), home);
    expect(stdout).toMatch(/^Removed: mh-keystore\.$/m);
    expect(exitCode).toBe(0);
    expect(existsSync(join(home, 'store'))).toBe(false);
    expect(listOwn(home)).toEqual([]);
  });

  test('sees why no machine can have its own kernel', patience, async ({ home }) => {
    const [, text = ''] =
      /`kernel: 'own'` gives a machine.*?```json\n(.*?)```/s.exec(topologies) ?? [];
    await mkdir(join(home, 'reports'), { recursive: true });
    const file = join(home, 'reports/two-kernels.json');
    await writeFile(file, text);
    const { exitCode, stderr } = await refused(typed(`npx overlay-e2e up ${file}`), home);
    expect(stderr).toContain(
      'overlay-e2e: bring up two-kernels: worker-host has the kernel "own" in the topology; all machines of a virtual computer share its kernel. Run this as root, or allow this user to create namespaces: see "overlay-e2e doctor"',
    );
    expect(exitCode).toBe(1);
    expect(existsSync(join(home, 'store'))).toBe(false);
    expect(listOwn(home)).toEqual([]);
  });

  test('gets the exit code, the output and the signal of a command', patience, async ({ home }) => {
    const script = `
      program=helpers/cli/rootless.ts
      node $program sh -c 'echo out; echo errors >&2; exit 7' >../reports/out 2>../reports/errors
      echo $? "$(cat ../reports/out)" "$(cat ../reports/errors)"
      node $program sh -c 'trap "echo stopped; exit 5" TERM; echo begun; while :; do sleep 0.1; done' >../reports/out &
      until grep -q begun ../reports/out; do sleep 0.1; done
      kill -TERM $!; wait $!; echo $? $(cat ../reports/out)`;
    const { stdout } = await refused(script, home);
    expect(stdout).toBe('7 out errors\n5 begun stopped\n');
    expect(listOwn(home)).toEqual([]);
  });
});

async function refused(
  line: string,
  home: string,
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  // The first of PATH may belong to root's own folder.
  const own = 'PATH=$PWD/node_modules/.bin:$PATH\nexport PATH\n';
  return await runAsNobody(`${own}${line}`, { home, provider: '', isRefused: true });
}

/** Replaces npx, which changes the modes of the package's files: here they belong to root. */
function typed(lines: string): string {
  return lines.replaceAll('npx overlay-e2e', 'helpers/cli/overlay-e2e.sh');
}

/** The user's processes of the computer: its kernel, the processes inside, and its network. */
function listOwn(home: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return statSync(`/proc/${pid}`).uid === NOBODY && line.includes(home);
      } catch {
        return false;
      }
    });
}
