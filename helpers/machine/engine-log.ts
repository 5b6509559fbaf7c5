import { activity } from '../process/activity.ts';
import type { MachineProvider } from './machine.ts';

/** Prints the end of an engine's log: boot2docker and the built-in provider write a file, systemd uses its journal. */
export const engineLog = `
  if [ -f /var/log/docker.log ]; then tail -n 300 /var/log/docker.log
  else journalctl --unit docker --no-pager --lines 300; fi`;

/**
 * Publishes the engine logs of all machines as activities before the machines are removed. Ignores machines that do not
 * answer.
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
