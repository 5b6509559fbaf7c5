import type { DifferenceKind } from '../../model/difference.ts';
import { isApplicationSymptom, isAt, symptomKinds } from '../consequences.ts';
import { ruleFor } from '../rule.ts';

const more: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  'engine-not-member',
  'manager-path-dead',
  'manager-unreachable',
  'packets-lost',
  'forwarding-mismatch',
  'source-mismatch',
]);

/** An engine whose address has changed, while it advertises the old one: all other hosts send packets there. */
export const advertisedAddressAbsent = ruleFor(
  'advertised-address-absent',
  'advertised-address-absent',
  {
    consequences: ({ where: { host } }, open, observation) =>
      open.filter(
        (one) =>
          ((symptomKinds.has(one.kind) || more.has(one.kind)) && isAt(one, host)) ||
          isApplicationSymptom(one, observation, host),
      ),
    action: ({ where: { host = '' }, expected }) => ({
      kind: 'next-step',
      host,
      commands: [],
      effect: `Give ${host} the address ${expected} again, and keep it fixed. If the host has another address for good, let its engine advertise that one: in swarm mode run "docker swarm leave", and join again with --advertise-addr; with a key-value store change --cluster-advertise.`,
    }),
  },
);
