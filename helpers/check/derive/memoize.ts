import type { Observation } from '../model/observation.ts';

/** Memoizes a value derived from an observation, which does not change: with many hosts it is expensive. */
export function memoize<T>(find: (observation: Observation) => T): (observation: Observation) => T {
  const found = new WeakMap<Observation, { readonly value: T }>();
  return (observation) => {
    const known = found.get(observation) ?? { value: find(observation) };
    found.set(observation, known);
    return known.value;
  };
}
