import { readFileSync } from 'node:fs';
import { machineCgroup, mainHierarchy, readProcesses } from '../../helpers/netns/cgroups/cgroup.ts';
import { openStore } from '../../helpers/netns/state/store.ts';
import type { Lab } from './lab.ts';

/** Kills the engine of a machine, and no other process: its containers continue to run. */
export function killEngine({ store }: Lab, name: string): void {
  const pids = readProcesses(machineCgroup(mainHierarchy(), openStore(store), name));
  const engine = pids.find((pid) => nameOf(pid) === 'dockerd');
  if (engine === undefined) throw new Error(`${name} has no engine`);
  process.kill(engine, 'SIGKILL');
}

/** Returns a process's name; empty if it has ended, as helpers of engines do all the time. */
function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}
