import { type Comparison, outcomeOf } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import { type AnsweringHost, answeringHosts } from './answering-hosts.ts';
import { traitsOf } from '../../model/cluster-traits.ts';

/** Hostnames are unique: gossip identifies the members of a key-value cluster by them. Nodes of a swarm have separate IDs. */
export const hostnamesDiffer: Comparison = {
  name: 'hostnames-differ',
  title: 'every host has a unique hostname',
  layer: 'engines',
  needs: 'api',
  compare: (observation) => {
    if (!traitsOf(observation).needsUniqueHostnames) {
      const reason = 'nodes of a swarm may share a hostname';
      return { state: 'skipped', reason, because: 'not-applicable' };
    }
    const all = answeringHosts(observation);
    const differences = findShared(all, ({ info }) => info.name).map(
      ({ value, host, peer }): Difference => ({
        kind: 'hostname-shared',
        where: { host, peer },
        expected: 'a unique hostname',
        observed: value,
        text: `${host} has the same hostname as ${peer}: ${value}`,
      }),
    );
    return outcomeOf(
      differences,
      all.map(({ host, info }) => `${host.name} is ${info.name}`),
    );
  },
};

/** Engine IDs are unique: a cloned machine keeps the ID of the original until its key file is removed. */
export const engineIdsDiffer: Comparison = {
  name: 'engine-ids-differ',
  title: 'every engine has a unique ID',
  layer: 'engines',
  needs: 'api',
  compare: (observation) => {
    const all = answeringHosts(observation);
    const differences = findShared(all, ({ info }) => info.id).map(
      ({ value, host, peer }): Difference => ({
        kind: 'engine-id-shared',
        where: { host, peer },
        expected: 'a unique ID',
        observed: value,
        text: `the engines of ${host} and ${peer} have the same ID: ${value}`,
      }),
    );
    return outcomeOf(
      differences,
      all.map(({ host, info }) => `${host.name}: ${info.id}`),
    );
  },
};

/** Returns each host that shares a value, with the host that is named like it, or else the first one. */
function findShared(
  all: readonly AnsweringHost[],
  valueOf: (one: AnsweringHost) => string,
): { value: string; host: string; peer: string }[] {
  return [...Map.groupBy(all, valueOf)]
    .filter(([value, sharing]) => value !== '' && sharing.length > 1)
    .flatMap(([value, sharing]) => {
      const names = sharing.map(({ host }) => host.name);
      const rightful = names.find((name) => name === value) ?? names[0] ?? '';
      return names
        .filter((name) => name !== rightful)
        .map((host) => ({ value, host, peer: rightful }));
    });
}
