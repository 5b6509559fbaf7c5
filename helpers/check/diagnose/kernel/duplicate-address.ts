import type { Action } from '../../model/diagnosis.ts';
import type { Difference, DifferenceKind } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { isApplicationSymptom, isOf } from '../consequences.ts';
import { ruleFor } from '../rule.ts';

/** Symptoms at containers that share an address: each receives some of the packets, and drops its own. */
const symptoms: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  'container-path-dead',
  'packets-lost',
  'name-mismatch',
]);

/** Two containers with one address on an overlay. */
export const duplicateAddress = ruleFor('address-shared', 'duplicate-address', {
  consequences: (shared, open, observation) =>
    open.filter((one) => isSymptom(one, shared, observation)),
  action: removeAddress,
});

function isSymptom(
  one: Difference,
  { where: { host, peer = host, network, container, towards } }: Difference,
  observation: Observation,
): boolean {
  if (symptoms.has(one.kind)) {
    return one.where.network === network && (isOf(one, container) || isOf(one, towards));
  }
  return [host, peer].some((place) => isApplicationSymptom(one, observation, place));
}

function removeAddress({ where, observed }: Difference<'address-shared'>): Action {
  const { host, network = '', container } = where;
  if ('device' in observed) {
    const { address, device, process } = observed;
    const enter = ['nsenter', `--target=${process}`, '--net'] as const;
    return {
      kind: 'fix',
      host,
      commands: [[...enter, 'ip', 'addr', 'del', address, 'dev', device]],
      effect: `Removes ${address} from ${device} of ${container}. Other containers may remember its MAC address for up to a minute.`,
    };
  }
  return {
    kind: 'next-step',
    host,
    commands: [['docker', 'network', 'inspect', network]],
    effect: `Shows the addresses of ${network} that the engine has assigned. Connect ${container} to ${network} again with an address that is not in use.`,
  };
}
