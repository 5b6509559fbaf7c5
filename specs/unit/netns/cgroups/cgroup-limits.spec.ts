import { expect, test } from 'vitest';
import type { Hierarchy } from '../../../../helpers/netns/cgroups/cgroup.ts';
import { limitsOfVersion2 } from '../../../../helpers/netns/cgroups/cgroup-limits.ts';

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
