import { activity } from '../process/activity.ts';
import type { MachineProvider } from './machine.ts';

/** Prints the end of an engine's log: boot2docker and our own machines write a file, systemd its journal. */
export const engineLog = `
  if [ -f /var/log/docker.log ]; then tail -n 300 /var/log/docker.log
  else journalctl --unit docker --no-pager --lines 300; fi`;

/**
 * Reads the engine logs of all machines into the record of what goes on, before machines are removed. A machine that cannot
 * be asked any more is no failure of its own.
 */
export async function recordEngineLogs(provider: MachineProvider): Promise<void> {
  await activity('stage', 'read the engine logs', async () => {
    const machines = await provider.list();
    await Promise.allSettled(
      machines.map(async ({ name }) => {
        const title = `engine log of ${name}`;
        await provider.run(name, ['sh', '-c', engineLog], { title, limit: 15_000, expect: 'any' });
      }),
    );
  }).catch(() => undefined);
}
