import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import { knownAddressOf } from '../../derive/find-host.ts';
import type { Observation } from '../../model/observation.ts';
import { symptomsOf, type PathSymptoms } from '../../derive/path-symptoms.ts';
import { insideOutcome } from './paths-outcome.ts';

/** VXLAN packets come from the address under which the others know their host: from any other they are not taken. */
export const outerSources: Comparison = {
  name: 'outer-sources',
  title: 'VXLAN packets have the source address that the other hosts expect',
  layer: 'paths',
  needs: 'privileged-probe',
  compare: (observation) =>
    insideOutcome(observation, (paths) => {
      const all = symptomsOf(paths).filter(({ where }) => where.host !== where.peer);
      const byHosts = Map.groupBy(all, ({ where }) => JSON.stringify([where.host, where.peer]));
      return {
        differences: [...byHosts.values()].flatMap((own) => findOther(own, observation)),
        evidence: [...byHosts.values()].flatMap(([first]) =>
          first === undefined ? [] : [`${first.where.host} to ${first.where.peer}: as expected`],
        ),
      };
    }),
};

function findOther(own: readonly PathSymptoms[], observation: Observation): Difference[] {
  const [first] = own;
  if (first === undefined) return [];
  const { host, peer } = first.where;
  const expected = knownAddressOf(observation, host);
  if (expected === undefined) return [];
  const seen = own
    .flatMap(({ trials }) => trials.flatMap(({ sightings }) => sightings))
    // A packet that the sender's own tables send astray may come by anywhere.
    .filter(({ hop, host: at }) => hop === 'receiver-nic' && at === peer)
    .flatMap(({ outerSource }) => outerSource ?? []);
  return [...new Set(seen)]
    .filter((source) => source !== expected)
    .map((source) => ({
      kind: 'source-mismatch',
      where: { host, peer },
      expected,
      observed: source,
      text: `VXLAN packets from ${host} arrive at ${peer} with source ${source} instead of ${expected}`,
    }));
}
