import { keystoreOf } from '../../cluster/cluster-plan.ts';
import type { MachineProvider } from '../../machine/machine.ts';
import type { PerfTarget } from '../../perf/measure-performance.ts';
import type { TopologyDocument } from '../document.ts';

/** Returns a running topology as the target of a measurement, between its first two hosts. */
export function perfTargetOf(
  { topology, cluster, machines, networks }: TopologyDocument,
  provider: MachineProvider,
): PerfTarget & { readonly hosts: readonly string[] } {
  const keystore = keystoreOf(cluster);
  const hosts = machines.map(({ name }) => name).filter((name) => name !== keystore);
  const [from = '', to = ''] = hosts;
  const names = networks.map(({ name }) => name);
  return { topology, provider, cluster, from, to, networks: names, hosts };
}
