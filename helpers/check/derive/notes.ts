import { addressUsage, freeAddresses } from './address-usage.ts';
import type { Observation } from '../model/observation.ts';
import { valueOf } from '../model/observed.ts';
import { lostQuorumOf, managerNodes } from './swarm-managers.ts';

/** The share of a network's addresses below which its free ones are worth a note. */
const FEW = 0.1;

/** Returns facts that are no defects, but may become the cause of one, each in a sentence. */
export function notesOf(observation: Observation): string[] {
  return [...managerNotes(observation), ...nodeNotes(observation), ...addressNotes(observation)];
}

function managerNotes(observation: Observation): string[] {
  const count = managerNodes(valueOf(observation.swarm)?.nodes ?? []).length;
  if (count === 0 || count % 2 === 1 || lostQuorumOf(observation) !== undefined) return [];
  const fewer = count === 2 ? '1 manager' : `${count - 1} managers`;
  return [`The swarm has ${count} managers: an even number survives no more losses than ${fewer}.`];
}

const availabilities = {
  drain: 'is drained: it runs no tasks',
  pause: 'is paused: it gets no new tasks',
} as const;

function nodeNotes({ swarm }: Observation): string[] {
  const { nodes = [], later } = valueOf(swarm) ?? {};
  return (later?.nodes ?? nodes).flatMap(({ hostname, availability, state }) =>
    availability === 'active' || state !== 'ready'
      ? []
      : [`The node ${hostname} ${availabilities[availability]}.`],
  );
}

function addressNotes(observation: Observation): string[] {
  return addressUsage(observation).flatMap((usage) => {
    const free = freeAddresses(usage);
    if (free === 0 || free > Math.max(1, usage.usable * FEW)) return [];
    return [
      `The network ${usage.network} (${usage.subnets.join(', ')}) has ${free} of ${usage.usable} addresses left.`,
    ];
  });
}
