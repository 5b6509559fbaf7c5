import { freeRangeOf } from '../engines/networks.ts';
import type { Difference } from '../../model/difference.ts';
import { ruleFor } from '../rule.ts';

/** An overlay without a free address: its next container, service or host gets none. */
export const addressesUsedUp = ruleFor('addresses-missing', 'addresses-used-up', {
  consequences: ({ where: { network = '' } }, open) =>
    open.filter((one) => one.kind === 'task-stuck' && waitsForAddress(one, network)),
  action: ({ where: { network = '' } }, observation) => {
    const range = freeRangeOf(observation);
    const example = range === undefined ? '' : ` (for example with --subnet ${range})`;
    return {
      kind: 'next-step',
      commands: [],
      effect: `Nothing enlarges the subnet of a network. Remove containers that ${network} does not need, or create a larger network${example} and move its containers and services there: "docker service update --network-add NEW --network-rm ${network} SERVICE".`,
    };
  },
});

/** Returns true if tasks wait for an address of that network: the manager says nothing, or that addresses may be missing. */
function waitsForAddress({ observed }: Difference<'task-stuck'>, network: string): boolean {
  const { state, error, networks } = observed;
  return networks.includes(network) && (state === 'new' || /address|attachment/.test(error));
}
