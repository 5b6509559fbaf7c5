import { mkdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { firstLine } from '../../process/errors/harness-error.ts';
import { type Hierarchy, readHierarchies } from '../cgroups/cgroup.ts';
import { type Finding, fine, missing } from './host-finding.ts';

/** Returns the controllers of a host's cgroup hierarchies, of both versions. */
export function listControllers(
  hierarchies: readonly Hierarchy[],
  inVersion2: readonly string[],
): string[] {
  const version1 = hierarchies.flatMap(({ options }) => options.split(','));
  return [...new Set([...version1, ...inVersion2])].filter((name) => name !== '');
}

/** Checks the controllers that limits need. */
export function evaluateControllers(controllers: readonly string[]): Finding {
  const lacking = ['cpu', 'memory'].filter((name) => !controllers.includes(name));
  const subject = 'cgroup limits';
  if (lacking.length === 0) return fine(subject, 'CPU and memory can be limited');
  return missing(
    subject,
    `no controller ${lacking.join(', ')}: machines and containers cannot be limited`,
    'boot with cgroup_enable=memory; for a container, use --privileged',
  );
}

/** Checks the cgroups: mounted, writable, with the controllers that machines need. */
export async function examineCgroups(): Promise<Finding[]> {
  const subject = 'cgroups';
  const hierarchies = readHierarchies();
  if (hierarchies.length === 0) {
    const hint = 'mount -t cgroup2 cgroup2 /sys/fs/cgroup; for a container, use --privileged';
    return [missing(subject, 'not mounted', hint)];
  }
  for (const { mountPoint } of hierarchies) {
    const folder = join(mountPoint, `overlay-e2e-doctor-${process.pid}`);
    try {
      await mkdir(folder);
      await rmdir(folder);
    } catch (error) {
      const hint = `mount -o remount,rw ${mountPoint}; for a container, use --privileged`;
      return [missing(subject, firstLine(error), hint)];
    }
  }
  const unified = hierarchies.find(({ version }) => version === 2)?.mountPoint;
  const inVersion2 =
    unified === undefined ? '' : await readFile(join(unified, 'cgroup.controllers'), 'utf8');
  const versions = [1, 2].filter((one) => hierarchies.some(({ version }) => version === one));
  const controllers = listControllers(hierarchies, inVersion2.trim().split(' '));
  return [
    fine(subject, `version ${versions.join(' and ')}, writable`),
    evaluateControllers(controllers),
  ];
}
