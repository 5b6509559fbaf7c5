import { engineLog } from '../../machine/engine-log.ts';
import type { MachineProvider } from '../../machine/machine.ts';
import { activity } from '../../process/activity.ts';
import { firstLine } from '../../process/errors/harness-error.ts';
import { attach, reportRuntime } from '../results/evidence.ts';

/** Prints the kernel tables of the machine and of each overlay namespace. */
const kernelTables = `
  show() { echo "\\$ $*"; "$@" 2>&1; echo; }
  show ip -d -s link
  show ip address
  show ip route
  show ip neighbour
  show iptables-save -c
  for namespace in /var/run/docker/netns/*-*; do
    [ -e "$namespace" ] || continue
    echo "== $namespace"
    show nsenter --net="$namespace" ip -d -s link
    show nsenter --net="$namespace" ip neighbour
    show nsenter --net="$namespace" bridge fdb show
  done`;

/**
 * Attaches the engine log and the kernel tables of all these machines to the running test, as evidence of a failed spec.
 * Unreadable data is reported as such, and is no further failure.
 */
export async function attachMachines(
  provider: MachineProvider,
  machines: readonly string[],
): Promise<void> {
  // Reading takes a second or two, so it only runs with a report to attach it to.
  if (reportRuntime() === undefined) return;
  const asked = machines.flatMap((machine) => [
    { name: `engine log of ${machine}`, machine, script: engineLog },
    { name: `kernel tables of ${machine}`, machine, script: kernelTables },
  ]);
  const answers = await activity('stage', 'read engine logs and kernel tables', () =>
    Promise.all(
      asked.map(async ({ name, machine, script }) => {
        try {
          const as = { title: `read the ${name}`, limit: 30_000, expect: 'any' } as const;
          const { stdout, stderr } = await provider.run(machine, ['sh', '-c', script], as);
          return { name, text: `${stdout}${stderr}` };
        } catch (error) {
          return { name, text: `could not be read: ${firstLine(error)}` };
        }
      }),
    ),
  );
  for (const { name, text } of answers) await attach(name, text);
}
