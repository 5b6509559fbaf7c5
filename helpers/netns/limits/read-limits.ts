import { readHierarchies } from '../cgroups/cgroup.ts';
import { readIfThere } from '../../process/files/read-if-exists.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';
import { type Limit, limitNames, type Limits } from './kernel-limits.ts';

/** Returns the file of a setting. */
export function settingFile(name: string): string {
  return `/proc/sys/${name.replaceAll('.', '/')}`;
}

/** Reads the limits of this computer, and what is in use of them. */
export function readLimits(): Limits {
  const threads = Number(/\/(\d+) /.exec(readIfThere('/proc/loadavg'))?.[1] ?? 0);
  const files = Number.parseInt(readIfThere('/proc/sys/fs/file-nr'), 10) || 0;
  // With cgroups version 1, engines and containerd use no inotify.
  const isUnified = readHierarchies().some(({ version }) => version === 2);
  const used: Readonly<Record<string, number>> = {
    'kernel.pid_max': threads,
    'kernel.threads-max': threads,
    'fs.file-max': files,
  };
  const settings = limitNames
    .filter((name) => name.includes('.') && (isUnified || !name.startsWith('fs.inotify.')))
    .flatMap((name) => {
      const value = Number.parseInt(readIfThere(settingFile(name)), 10);
      // Some kernels lack some of them, and some network namespaces do not show them.
      return Number.isNaN(value) ? [] : [[name, { value, used: used[name] ?? 0 }] as const];
    });
  return {
    ...Object.fromEntries(settings),
    memory: { value: readAvailableMemory(), used: 0 },
    ...omitUndefined({ 'open files': readOpenFiles() }),
  };
}

/** Returns the MiB that new processes can have: this computer's, or those of this process's cgroup. */
function readAvailableMemory(): number {
  return Math.floor(process.availableMemory() / 2 ** 20);
}

function readOpenFiles(): Limit | undefined {
  const soft = /^Max open files +(\d+)/m.exec(readIfThere('/proc/self/limits'))?.[1];
  return soft === undefined ? undefined : { value: Number(soft), used: 0 };
}
