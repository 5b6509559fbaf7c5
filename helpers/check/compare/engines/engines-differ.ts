import { type Check, outcomeOf } from '../../model/check.ts';
import type { Difference } from '../../model/difference.ts';
import { type AnsweringHost, answeringHosts } from './seen-engines.ts';

/**
 * No two hosts have one name, by which gossip tells members of a key-value cluster apart. In a swarm nodes have ids of
 * their own, and hostnames are for people.
 */
export const hostnamesDiffer: Check = {
  name: 'hostnames-differ',
  title: 'every host has a unique hostname',
  layer: 'engines',
  needs: 'api',
  compare: (observation) => {
    if (observation.kind === 'swarm-mode') {
      const reason = 'nodes of a swarm may share a hostname';
      return { state: 'skipped', reason, because: 'inapplicable' };
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

/** No two engines have one id: a cloned machine's does, until its key file is removed. */
export const engineIdsDiffer: Check = {
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

/** Each host that has what another one has, too; the other is the one that is called so, or else the first. */
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
