import { readFileSync } from 'node:fs';
import { machineCgroup, mainHierarchy, readProcesses } from '../../helpers/netns/cgroups/cgroup.ts';
import { openStore } from '../../helpers/netns/state/store.ts';
import type { Lab } from './lab.ts';

/** Kills the engine of a machine, and nothing else of it: its containers run on. */
export function killEngine({ store }: Lab, name: string): void {
  const pids = readProcesses(machineCgroup(mainHierarchy(), openStore(store), name));
  const engine = pids.find((pid) => nameOf(pid) === 'dockerd');
  if (engine === undefined) throw new Error(`${name} has no engine`);
  process.kill(engine, 'SIGKILL');
}

/** Empty when it has ended meanwhile, as what an engine starts does all the time. */
function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}
