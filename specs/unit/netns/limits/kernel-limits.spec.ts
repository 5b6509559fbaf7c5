import { describe, expect, test } from 'vitest';
import { HarnessError } from '../../../../helpers/process/errors/harness-error.ts';
import {
  type Crowd,
  explainExcesses,
  findExcesses,
  type Limits,
  needsFixedNeighbors,
  needsOf,
} from '../../../../helpers/netns/limits/kernel-limits.ts';
import { readLimits } from '../../../../helpers/netns/limits/read-limits.ts';

/** The limits of a Debian 13 computer with 24 GB, as `readLimits` returns them there. */
const usual: Limits = {
  'net.ipv4.neigh.default.gc_thresh3': { value: 1024, used: 0 },
  'net.netfilter.nf_conntrack_max': { value: 262_144, used: 0 },
  'fs.inotify.max_user_instances': { value: 128, used: 0 },
  'fs.inotify.max_user_watches': { value: 192_536, used: 0 },
  'kernel.pid_max': { value: 32_768, used: 400 },
  'kernel.threads-max': { value: 192_729, used: 400 },
  'fs.file-max': { value: 2_466_165, used: 3000 },
  'open files': { value: 20_000, used: 0 },
  memory: { value: 22_000, used: 0 },
};

const crowd = (machines: number, containers = 0): Crowd => ({ machines, containers });

function namesOf(found: ReturnType<typeof findExcesses>): string[] {
  return found.map(({ name }) => name);
}

function lineOf(one: Crowd, limits: Limits): string {
  const found = findExcesses(one, limits);
  return new HarnessError(explainExcesses('bring up crowd', one, found, limits)).line;
}

describe('the limits of a shared kernel', () => {
  test.for([1, 3, 17, 49, 101])('have room for %i machines without containers', (machines) => {
    expect(findExcesses(crowd(machines), usual)).toEqual([]);
  });

  test('of neighbors are kept with permanent entries, only in clusters that need them', () => {
    expect(needsFixedNeighbors(crowd(23), usual)).toBe(false);
    expect(needsFixedNeighbors(crowd(24), usual)).toBe(true);
    const name = 'net.ipv4.neigh.default.gc_thresh3';
    expect(needsOf(crowd(23), usual)[name]).toBe(23 * 24);
    expect(needsOf(crowd(24), usual)[name]).toBe(48);
    // A larger table has room for the entries that the kernel makes itself.
    const large = { ...usual, [name]: { value: 65_536, used: 0 } };
    expect(needsFixedNeighbors(crowd(100), large)).toBe(false);
  });

  test('of neighbors cannot be kept with too many containers', () => {
    expect(namesOf(findExcesses(crowd(10, 300), usual))).toContain(
      'net.ipv4.neigh.default.gc_thresh3',
    );
  });

  test('that are too low are one line with the values and the command that raises them', () => {
    expect(lineOf(crowd(50, 100), usual)).toBe(
      'bring up crowd: 50 machines with 100 containers on one kernel exceed fs.inotify.max_user_instances: they need 150, and it is 128. Run it with --raise-limits, or raise them yourself: sysctl -w fs.inotify.max_user_instances=300.',
    );
  });

  test('count the use by others', () => {
    const busy = { ...usual, 'kernel.pid_max': { value: 32_768, used: 31_000 } };
    expect(lineOf(crowd(49), busy)).toContain(
      'kernel.pid_max: they need 1960, and it is 32768, of which 31000 are in use. Run it with --raise-limits',
    );
  });

  test('of memory name the number of hosts that have room', () => {
    const small = { ...usual, memory: { value: 1024, used: 0 } };
    const line = lineOf(crowd(40), small);
    expect(line).toContain('the memory: they need 2688 MiB, and 1024 MiB are available');
    expect(line).toContain('room for 14 such machines');
    expect(line).not.toContain('--raise-limits');
    expect(findExcesses(crowd(14), small)).toEqual([]);
    expect(namesOf(findExcesses(crowd(15), small))).toEqual(['memory']);
  });

  test('that the kernel does not show are not compared', () => {
    expect(findExcesses(crowd(1000, 5000), {})).toEqual([]);
    // An unknown neighbor table has the usual size.
    expect(needsFixedNeighbors(crowd(48), {})).toBe(true);
  });

  test('of this computer are read, with their use', () => {
    const limits = readLimits();
    expect(limits.memory?.value).toBeGreaterThan(0);
    expect(limits['open files']?.value).toBeGreaterThan(0);
    expect(limits['kernel.pid_max']?.used).toBeGreaterThan(0);
    expect(limits['fs.file-max']?.used).toBeGreaterThan(0);
  });
});
