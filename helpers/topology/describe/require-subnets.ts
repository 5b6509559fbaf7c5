import { clusterKindOf } from '../../cluster/cluster-plan.ts';
import { expectMachineRange, machineRangeVariable } from '../../machine/machine-range.ts';
import {
  type AddressRange,
  formatRange,
  overlap,
  parseSubnet,
} from '../../process/address-range.ts';
import { InputError } from '../../process/errors/input-error.ts';
import type { Topology } from '../topology.ts';

/**
 * Rejects overlay networks that share addresses with the machines, before anything starts. Otherwise containers would
 * look for machines, and for clients behind them, on the overlay.
 *
 * @param machineRange the future address range of the machines; undefined if only the driver knows it
 */
export function requireSubnets(
  { name, networks, cluster }: Topology,
  machineRange: AddressRange | undefined = expectMachineRange(),
): void {
  if (machineRange === undefined) return;
  const overlays = [...networks, ...clusterKindOf(cluster).ownNetworks];
  const taken = overlays.find(({ subnet }) => isOverlapping(subnet, machineRange));
  if (taken === undefined) return;
  const variable = machineRangeVariable();
  throw new InputError({
    code: 'range-in-use',
    subject: `topology ${name}`,
    observed: `the subnet ${taken.subnet} of network ${taken.name} overlaps the machines' subnet ${formatRange(machineRange)}`,
    hint: `Set ${variable} to a subnet outside of ${taken.subnet}, for example ${variable}=192.168.99.0/24`,
  });
}

/** Returns true if a subnet shares addresses with a range. */
function isOverlapping(subnet: string | undefined, range: AddressRange): boolean {
  const parsed = parseSubnet(subnet ?? '');
  return parsed !== undefined && overlap(parsed, range);
}
