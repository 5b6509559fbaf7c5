import type { Observation } from '../../../helpers/check/observation.ts';
import { unseen } from '../../../helpers/check/observed.ts';

/** An observation of which only that was seen: for specs of what is made of it. */
export function observationOf(parts: Partial<Observation>): Observation {
  const nothing = unseen('not looked at', 'unasked');
  return {
    target: 'a cluster',
    kind: 'unknown',
    isComplete: true,
    expectations: {},
    hosts: [],
    store: nothing,
    swarm: nothing,
    names: nothing,
    paths: nothing,
    application: nothing,
    ...parts,
  };
}
