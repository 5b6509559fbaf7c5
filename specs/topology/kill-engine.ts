import { readFileSync } from 'node:fs';
import { machineCgroup, mainHierarchy, readProcesses } from '../../helpers/netns/cgroup.ts';
import { openStore } from '../../helpers/netns/store.ts';
import type { Lab } from './lab.ts';

/** Kills the engine of a machine, and nothing else of it: its containers run on. */
export function killEngine({ store }: Lab, name: string): void {
  const pids = readProcesses(machineCgroup(mainHierarchy(), openStore(store), name));
  const engine = pids.find((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'dockerd\n');
  if (engine === undefined) throw new Error(`${name} has no engine`);
  process.kill(engine, 'SIGKILL');
}
