import { z } from 'zod';
import type { Remedy } from '../../model/diagnosis.ts';
import type { Difference, DifferenceKind } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { isApplicationSymptom, isOf } from '../consequences.ts';
import type { Rule } from '../rule.ts';

/** Symptoms at containers that share an address: each receives some of the packets, and drops its own. */
const felt: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  'container-path-dead',
  'packets-lost',
  'name-other',
]);

/** Two containers with one address on an overlay. */
export const duplicateAddress: Rule = {
  name: 'duplicate-address',
  explain: (open, observation) =>
    open
      .filter(({ kind }) => kind === 'address-shared')
      .map((shared) => ({
        code: 'duplicate-address',
        where: shared.where,
        summary: shared.text,
        evidence: [shared],
        consequences: open.filter((one) => isFelt(one, shared, observation)),
        remedy: remedyOf(shared),
      })),
};

function isFelt(
  one: Difference,
  { where: { host, peer = host, network, container, towards } }: Difference,
  observation: Observation,
): boolean {
  if (felt.has(one.kind)) {
    return one.where.network === network && (isOf(one, container) || isOf(one, towards));
  }
  return [host, peer].some((place) => isApplicationSymptom(one, observation, place));
}

const observedSchema = z.object({
  device: z.string(),
  address: z.string(),
  process: z.number(),
});

function remedyOf({ where: { host, network = '', container }, observed }: Difference): Remedy {
  const set = observedSchema.safeParse(observed).data;
  if (set !== undefined) {
    const { address, device, process } = set;
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
