import { addressUsage, freeAddresses } from '../../derive/address-usage.ts';
import { type Comparison, outcomeOf } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';

/** Every overlay network has an address for one more container. */
export const addressesLeft: Comparison = {
  name: 'addresses-left',
  title: 'every overlay network has free addresses',
  layer: 'networks',
  needs: 'api',
  compare: (observation) => {
    const usage = addressUsage(observation);
    return outcomeOf(
      usage
        .filter((one) => freeAddresses(one) === 0)
        .map(
          ({ network, subnets, usable, used, owned }): Difference => ({
            kind: 'addresses-missing',
            where: { network },
            expected: { free: 1 },
            observed: { free: 0, usable, used, subnets },
            text: `${network} (${subnets.join(', ')}) has no free address: all ${usable} are in use${ownerless(usable - owned)}`,
          }),
        ),
      usage.map((one) => `${one.network}: ${freeAddresses(one)} of ${one.usable} addresses free`),
    );
  },
};

/** Managers can count addresses that were not released. */
function ownerless(count: number): string {
  return count > 0 ? `, ${count} of them by no known container, service or host` : '';
}
