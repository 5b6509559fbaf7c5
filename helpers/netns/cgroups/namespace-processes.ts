import { readdirSync, readlinkSync, statSync } from 'node:fs';

/** Returns the processes in a network namespace, which `file` keeps alive; none if it does not exist. */
export function readNamespaceProcesses(file: string): number[] {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return [];
  const namespace = `net:[${found.ino}]`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && readNamespace(name) === namespace)
    .map(Number);
}

function readNamespace(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    // A process that has ended, or one of another user.
    return undefined;
  }
}
