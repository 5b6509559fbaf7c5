import { describe, expect, test } from 'vitest';
import { parseRange } from '../../../../helpers/process/address-range.ts';
import { evaluateControllers, listControllers } from '../../../../helpers/netns/doctor/cgroups.ts';
import { evaluateSpace } from '../../../../helpers/netns/doctor/disk.ts';
import { evaluateStarter } from '../../../../helpers/netns/doctor/examine-host.ts';
import { evaluateLimits } from '../../../../helpers/netns/doctor/limits.ts';
import { evaluateRange } from '../../../../helpers/netns/doctor/range.ts';
import { hostLink } from '../../../../helpers/netns/network/switch.ts';

describe('the user', () => {
  test('is sufficient as root on Linux', () => {
    expect(evaluateStarter({ platform: 'linux', uid: 0, rootless: false })).toMatchObject({
      fine: true,
    });
  });

  test.for([
    [{ platform: 'linux', uid: 1000 }, /not run as root/, /sudo/],
    [{ platform: 'darwin', uid: 0 }, /darwin/, /VirtualBox/],
    [{ platform: 'win32', uid: undefined }, /win32/, /VirtualBox/],
  ] as const)('is not sufficient as %j', ([starter, observed, fix]) => {
    const finding = evaluateStarter({ ...starter, rootless: false });
    expect(finding).toMatchObject({ fine: false });
    expect(finding.observed).toMatch(observed);
    expect(finding.fix).toMatch(fix);
  });
});

describe("the root of a user's own namespaces", () => {
  const starter = { platform: 'linux', uid: 0, rootless: true } as const;

  test('is sufficient for machines with their own kernel', () => {
    expect(evaluateStarter(starter, 'uml')).toMatchObject({ subject: 'without root', fine: true });
  });

  test('is not sufficient for the built-in provider', () => {
    const { fine, fix } = evaluateStarter(starter, 'netns');
    expect({ fine, fix }).toEqual({
      fine: false,
      fix: expect.stringContaining('set E2E_PROVIDER=uml') as string,
    });
  });
});

describe('a folder', () => {
  const space = { subject: 'store', folder: '/x', needs: 1e9, variable: 'MACHINE_STORAGE_PATH' };
  const disk = { free: 2e9, size: 9e9, full: false, isOverlay: false };

  test('with enough space is sufficient', () => {
    expect(evaluateSpace(space, disk)).toEqual({
      subject: 'store',
      fine: true,
      observed: '/x: 2.0 GB free',
    });
  });

  test.for([
    [{ ...disk, free: 0.5e9 }, /0\.5 GB free, 1\.0 GB required/],
    [{ ...disk, full: true }, /and inodes required/],
    [{ ...disk, isOverlay: true }, /overlay file system/],
  ] as const)('is not sufficient: %j', ([fileSystem, observed]) => {
    const finding = evaluateSpace(space, fileSystem);
    expect(finding).toMatchObject({ fine: false });
    expect(finding.observed).toMatch(observed);
    expect(finding.fix).toContain('MACHINE_STORAGE_PATH');
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
    expect(evaluateControllers(['cpu', 'memory', 'pids'])).toMatchObject({ fine: true });
    const finding = evaluateControllers(['cpu', 'pids']);
    expect(finding).toMatchObject({ fine: false, observed: expect.stringContaining('memory') });
    expect(finding.fix).toContain('cgroup_enable=memory');
  });
});

test('a kernel limit that is too low has the command that raises it', () => {
  expect(evaluateLimits({})).toMatchObject({ fine: true });
  expect(evaluateLimits({ 'fs.inotify.max_user_instances': 128 })).toMatchObject({ fine: true });
  const finding = evaluateLimits({
    'fs.inotify.max_user_instances': 8,
    'user.max_net_namespaces': 0,
  });
  expect(finding).toMatchObject({ fine: false });
  expect(finding.observed).toBe('fs.inotify.max_user_instances is 8, user.max_net_namespaces is 0');
  expect(finding.fix).toBe(
    'sysctl -w fs.inotify.max_user_instances=512 user.max_net_namespaces=512',
  );
});

describe('the address range', () => {
  const virtualBox = route('192.168.99.0/24', 'vboxnet0');
  const own = route('192.168.99.0/24', hostLink(parseRange('192.168.99.0/24')));

  test('is the first free one by default', () => {
    expect(evaluateRange([], undefined, undefined).observed).toContain('192.168.99.0/24');
    expect(evaluateRange([virtualBox], undefined, undefined)).toMatchObject({
      fine: true,
      observed: '192.168.100.0/24 is free',
    });
  });

  test('is missing if the host routes all of them', () => {
    const finding = evaluateRange([route('192.168.0.0/16', 'eth0')], undefined, undefined);
    expect(finding).toMatchObject({ fine: false, fix: expect.stringContaining('E2E_SUBNET') });
  });

  test('must be free if it was chosen', () => {
    const asked = parseRange('192.168.99.0/24');
    expect(evaluateRange([], undefined, asked)).toMatchObject({ fine: true });
    const finding = evaluateRange([virtualBox], undefined, asked);
    expect(finding).toMatchObject({ fine: false, observed: expect.stringContaining('vboxnet0') });
  });

  test('of the state directory is its own only with its own link', () => {
    const had = parseRange('192.168.99.0/24');
    expect(evaluateRange([own], had, undefined)).toMatchObject({ fine: true });
    expect(evaluateRange([own, virtualBox], had, undefined)).toMatchObject({ fine: false });
  });
});

function route(range: string, device: string) {
  return { range: parseRange(range), device };
}
