import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, describe, expect } from 'vitest';
import { HarnessError } from '../../helpers/process/errors/harness-error.ts';
import { runCommand } from '../../helpers/process/run-command.ts';
import { BUSYBOX, prepareBusyboxImage } from './busybox-image.ts';
import { type NetnsLab, openNetnsLab } from './netns-lab.ts';
import { pageSize } from './page-size.ts';
import { readOnlyCgroups } from './read-only-cgroups.ts';

const test = base
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  .extend('folder', async ({}, { onCleanup }) => {
    const folder = await mkdtemp(join(tmpdir(), 'netns-disk-'));
    onCleanup(() => rm(folder, { recursive: true }));
    return folder;
  })
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  .extend('lab', async ({}, { onCleanup }) => {
    const lab = await openNetnsLab();
    onCleanup(() => lab[Symbol.asyncDispose]());
    return lab;
  });

describe('a state directory on a full disk', () => {
  // The smallest lacks space for the machine's config, the largest for its engine's databases.
  test.for([16, 40])(
    'of %i pages rejects a machine in one line, and nothing of it remains',
    async (pages, { folder }) => {
      const page = await pageSize();
      await runCommand('mount', ['-t', 'tmpfs', '-o', `size=${pages * page}`, 'small', folder]);
      const lab = await openNetnsLab(folder);
      try {
        await writeFile(join(folder, 'ballast'), Buffer.alloc(10 * page));
        const failure = await failureOf(lab.provider.create({ name: 'one' }));
        expect(failure.line).toMatch(
          /^machine one: create: no space left for the state directory \S+\/store, on a disk of \d+ MB. Free space there, or set MACHINE_STORAGE_PATH to a folder with more\.$/,
        );
        expect(lab.remains()).toEqual([]);
        expect(await lab.provider.list()).toEqual([]);
        await lab.provider.cleanUp();
        // Only the marker, so that "down" may delete the folder.
        expect(await readdir(lab.folder)).toEqual(['.overlay-e2e']);
      } finally {
        await lab[Symbol.asyncDispose]();
        await runCommand('umount', [folder]);
      }
    },
  );

  test('creates a machine once there is space', async ({ folder }) => {
    await runCommand('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'small', folder]);
    const lab = await openNetnsLab(folder);
    try {
      await runCommand('sh', ['-c', 'cat /dev/zero >"$1/ballast" 2>&-; :', 'sh', folder]);
      await failureOf(lab.provider.create({ name: 'one' }));
      await rm(join(folder, 'ballast'));
      const machine = await lab.provider.create({ name: 'one' });
      expect(machine.state).toBe('Running');
    } finally {
      await lab[Symbol.asyncDispose]();
      await runCommand('umount', [folder]);
    }
  });
});

test('a state directory on an overlay file system is rejected before anything is created', async ({
  folder,
}) => {
  const mount =
    'cd "$1"; mkdir u w m; mount -t overlay -o lowerdir=/usr,upperdir=u,workdir=w overlay m';
  await runCommand('sh', ['-euc', mount, 'sh', folder]);
  const lab = await openNetnsLab(join(folder, 'm'));
  try {
    const failure = await failureOf(lab.provider.create({ name: 'one' }));
    expect(failure.line).toMatch(
      /^machine one: create: the state directory \S+ is on an overlay file system, where engines cannot store containers. Set MACHINE_STORAGE_PATH to a folder on a disk/,
    );
    expect(lab.remains()).toEqual([]);
  } finally {
    await runCommand('umount', [join(folder, 'm')]);
  }
});

describe('cgroups', () => {
  test('that are read-only are an error of one line, and nothing remains', async ({ lab }) => {
    const made = await inMountNamespace(lab, `${readOnlyCgroups}; netns-machine create one`);
    expect(made.stderr).toMatch(
      /^Error creating machine: create the cgroup \S+: read-only file system.*. Make them writable: "mount -o remount,rw \/sys\/fs\/cgroup\S*". In a container, use --privileged\.$/m,
    );
    expect(made.exitCode).toBe(1);
    expect(lab.remains()).toEqual([]);
  });

  test('of version 2 alone support machines and containers', async ({ lab }) => {
    const flags = `--netns-image ${await prepareBusyboxImage()}`;
    const made = await inMountNamespace(
      lab,
      `${onlyVersion2}
      netns-machine create ${flags} one
      netns-machine ssh one docker run --rm ${BUSYBOX} busybox cat /proc/self/cgroup
      netns-machine ssh one "docker info -f '{{.CgroupVersion}}'"
      netns-machine rm -y one >&2`,
    );
    expect(made, made.stderr).toMatchObject({ exitCode: 0 });
    expect(made.stdout).toMatch(/^0::\/\S*\n2\n/m);
    expect(lab.remains()).toEqual([]);
  });
});

/** Simulates a host without version 1: the controllers are elsewhere, but the hierarchy works the same. */
const onlyVersion2 = `
  umount -R /sys/fs/cgroup
  mount -t cgroup2 cgroup2 /sys/fs/cgroup`;

async function inMountNamespace(lab: NetnsLab, text: string) {
  return await lab.script(text, { unshare: ['--mount', '--propagation', 'private'] });
}

async function failureOf(attempt: Promise<unknown>): Promise<HarnessError> {
  const failure = await attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failure instanceof HarnessError) return failure;
  throw failure ?? new Error('the command did not fail');
}
