import type { Observation } from '../model/observation.ts';

/**
 * Finds out only once what follows from an observation, however many checks and rules ask for it: it does not change, and
 * with many hosts that is much.
 */
export function onceFor<T>(find: (observation: Observation) => T): (observation: Observation) => T {
  const found = new WeakMap<Observation, { readonly value: T }>();
  return (observation) => {
    const known = found.get(observation) ?? { value: find(observation) };
    found.set(observation, known);
    return known.value;
  };
}
