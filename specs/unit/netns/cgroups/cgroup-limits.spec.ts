import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Hierarchy } from '../../../../helpers/netns/cgroups/cgroup.ts';
import { limitsOfVersion2, requireCpus } from '../../../../helpers/netns/cgroups/cgroup-limits.ts';

const unified: Hierarchy = { mountPoint: '/sys/fs/cgroup', version: 2, options: '' };
const limits = { memory: 1, cpus: 2 };

function version1(options: string): Hierarchy {
  return { mountPoint: `/sys/fs/cgroup/${options}`, version: 1, options };
}

test('a host with only version 2 has all limits there', () => {
  expect(limitsOfVersion2([unified], limits)).toEqual(limits);
});

test.for([
  ['memory', { memory: undefined, cpus: 2 }],
  ['cpu,cpuacct', { memory: 1, cpus: undefined }],
  ['none,name=systemd', limits],
] as const)('a host with %s in version 1 has the other limits in version 2', ([options, left]) => {
  expect(limitsOfVersion2([version1(options), unified], limits)).toEqual(left);
});

test('more CPUs than a cgroup above allows are an error with its folder and its limit', async ({
  onTestFinished,
}) => {
  const top = await mkdtemp(join(tmpdir(), 'overlay-e2e-cgroup-'));
  onTestFinished(() => rm(top, { recursive: true }));
  const unlimited = join(top, 'service');
  const limited = join(unlimited, 'container');
  await mkdir(limited, { recursive: true });
  for (const [folder, quota] of [
    [unlimited, -1],
    [limited, 75_000],
  ] as const) {
    await writeFile(join(folder, 'cpu.cfs_quota_us'), `${quota}\n`);
    await writeFile(join(folder, 'cpu.cfs_period_us'), '50000\n');
  }
  const above = [top, unlimited, limited];
  await requireCpus(above, 1.5);
  await expect(requireCpus(above, 1.6)).rejects.toThrow(
    `the cgroup ${limited} allows only 1.5. Reduce the limit`,
  );
});
