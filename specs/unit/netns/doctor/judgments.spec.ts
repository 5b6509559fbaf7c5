import { describe, expect, test } from 'vitest';
import { parseRange } from '../../../../helpers/process/address-range.ts';
import { judgeControllers, listControllers } from '../../../../helpers/netns/doctor/cgroups.ts';
import { judgeSpace } from '../../../../helpers/netns/doctor/disk.ts';
import { judgeStarter } from '../../../../helpers/netns/doctor/examine-host.ts';
import { judgeLimits } from '../../../../helpers/netns/doctor/limits.ts';
import { judgeRange } from '../../../../helpers/netns/doctor/range.ts';
import { hostLink } from '../../../../helpers/netns/network/switch.ts';

describe('the user', () => {
  test('is sufficient as root on Linux', () => {
    expect(judgeStarter({ platform: 'linux', uid: 0 })).toMatchObject({ fine: true });
  });

  test.for([
    [{ platform: 'linux', uid: 1000 }, /not run as root/, /sudo/],
    [{ platform: 'darwin', uid: 0 }, /darwin/, /VirtualBox/],
    [{ platform: 'win32', uid: undefined }, /win32/, /VirtualBox/],
  ] as const)('is not sufficient as %j', ([starter, saw, remedy]) => {
    const finding = judgeStarter(starter);
    expect(finding).toMatchObject({ fine: false });
    expect(finding.saw).toMatch(saw);
    expect(finding.remedy).toMatch(remedy);
  });
});

describe('a folder', () => {
  const space = { subject: 'store', folder: '/x', needs: 1e9, variable: 'MACHINE_STORAGE_PATH' };
  const disk = { free: 2e9, size: 9e9, full: false, isOverlay: false };

  test('with enough space is sufficient', () => {
    expect(judgeSpace(space, disk)).toEqual({
      subject: 'store',
      fine: true,
      saw: '/x: 2.0 GB free',
    });
  });

  test.for([
    [{ ...disk, free: 0.5e9 }, /0\.5 GB free, 1\.0 GB required/],
    [{ ...disk, full: true }, /and inodes required/],
    [{ ...disk, isOverlay: true }, /overlay file system/],
  ] as const)('is not sufficient: %j', ([fileSystem, saw]) => {
    const finding = judgeSpace(space, fileSystem);
    expect(finding).toMatchObject({ fine: false });
    expect(finding.saw).toMatch(saw);
    expect(finding.remedy).toContain('MACHINE_STORAGE_PATH');
  });
});

describe('controllers', () => {
  test('include those of both versions', () => {
    const hierarchies = [
      { mountPoint: '/a', version: 1, options: 'cpu,cpuacct' },
      { mountPoint: '/b', version: 1, options: 'none,name=systemd' },
      { mountPoint: '/c', version: 2, options: '' },
    ] as const;
    expect(listControllers(hierarchies, ['memory', ''])).toEqual(
      expect.arrayContaining(['cpu', 'cpuacct', 'memory']),
    );
    expect(listControllers(hierarchies, [''])).not.toContain('memory');
  });

  test('without cpu or memory limit nothing', () => {
    expect(judgeControllers(['cpu', 'memory', 'pids'])).toMatchObject({ fine: true });
    const finding = judgeControllers(['cpu', 'pids']);
    expect(finding).toMatchObject({ fine: false, saw: expect.stringContaining('memory') });
    expect(finding.remedy).toContain('cgroup_enable=memory');
  });
});

test('a kernel limit that is too low has the command that raises it', () => {
  expect(judgeLimits({})).toMatchObject({ fine: true });
  expect(judgeLimits({ 'fs.inotify.max_user_instances': 128 })).toMatchObject({ fine: true });
  const finding = judgeLimits({
    'fs.inotify.max_user_instances': 8,
    'user.max_net_namespaces': 0,
  });
  expect(finding).toMatchObject({ fine: false });
  expect(finding.saw).toBe('fs.inotify.max_user_instances is 8, user.max_net_namespaces is 0');
  expect(finding.remedy).toBe(
    'sysctl -w fs.inotify.max_user_instances=512 user.max_net_namespaces=512',
  );
});

describe('the address range', () => {
  const virtualBox = route('192.168.99.0/24', 'vboxnet0');
  const own = route('192.168.99.0/24', hostLink(parseRange('192.168.99.0/24')));

  test('is the first free one by default', () => {
    expect(judgeRange([], undefined, undefined).saw).toContain('192.168.99.0/24');
    expect(judgeRange([virtualBox], undefined, undefined)).toMatchObject({
      fine: true,
      saw: '192.168.100.0/24 is free',
    });
  });

  test('is missing if the host routes all of them', () => {
    const finding = judgeRange([route('192.168.0.0/16', 'eth0')], undefined, undefined);
    expect(finding).toMatchObject({ fine: false, remedy: expect.stringContaining('E2E_SUBNET') });
  });

  test('must be free if it was chosen', () => {
    const asked = parseRange('192.168.99.0/24');
    expect(judgeRange([], undefined, asked)).toMatchObject({ fine: true });
    const finding = judgeRange([virtualBox], undefined, asked);
    expect(finding).toMatchObject({ fine: false, saw: expect.stringContaining('vboxnet0') });
  });

  test('of the state directory is its own only with its own link', () => {
    const had = parseRange('192.168.99.0/24');
    expect(judgeRange([own], had, undefined)).toMatchObject({ fine: true });
    expect(judgeRange([own, virtualBox], had, undefined)).toMatchObject({ fine: false });
  });
});

function route(range: string, device: string) {
  return { range: parseRange(range), device };
}
