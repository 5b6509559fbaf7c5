import { type Comparison, outcomeOf, skipped } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import type { StoreView } from '../../model/views/store-view.ts';
import { valueOf } from '../../model/observed.ts';
import { type AnsweringHost, answeringHosts } from '../engines/answering-hosts.ts';
import { traitsOf } from '../../model/cluster-traits.ts';

/** Every engine has the options of the same key-value cluster and is registered in its store; no other engine is. */
export const keyValueMembers: Comparison = {
  name: 'key-value-members',
  title: 'every engine is configured with the store and registered in it, and no other engine is',
  layer: 'engines',
  needs: 'api',
  compare: (observation) => {
    if (!traitsOf(observation).hasStore) {
      const reason = 'the cluster has no key-value store';
      return { state: 'skipped', reason, because: 'not-applicable' };
    }
    const all = answeringHosts(observation);
    const usual = usualStoreOf(all);
    const wrong = all.flatMap((one) => findOptionDefect(one, usual) ?? []);
    const right = all.filter(({ host }) => !wrong.some(({ where }) => where.host === host.name));
    const store = valueOf(observation.store);
    if (store === undefined) {
      return wrong.length === 0 && 'missing' in observation.store
        ? skipped(observation.store)
        : outcomeOf(wrong, []);
    }
    const missing = right.flatMap((one) => findMissing(one, store) ?? []);
    const unknown = observation.isComplete ? findUnknownMembers(observation, store) : [];
    return outcomeOf(
      [...wrong, ...missing, ...unknown],
      store.members.map(({ advertised }) => `${store.version} has ${advertised}`),
    );
  },
};

/** The store that most of the engines were given. */
function usualStoreOf(all: readonly AnsweringHost[]): string | undefined {
  const urls = all.flatMap(({ info }) => info.clusterStore ?? []);
  const byUrl = [...Map.groupBy(urls, (url) => url)];
  return byUrl.toSorted(([, some], [, others]) => others.length - some.length)[0]?.[0];
}

function findOptionDefect(
  { host: { name, address }, info }: AnsweringHost,
  usual: string | undefined,
): Difference | undefined {
  const { clusterStore, clusterAdvertise, swarm } = info;
  const defect = (text: string): Difference => ({
    kind: 'engine-not-member',
    where: { host: name },
    expected: { clusterStore: usual ?? null, clusterAdvertise: address ?? 'its own address' },
    observed: { clusterStore: clusterStore ?? null, clusterAdvertise: clusterAdvertise ?? null },
    text,
  });
  if (clusterStore === undefined) {
    const instead = swarm === 'inactive' ? '' : `, and is in a swarm (${swarm})`;
    return defect(`the engine of ${name} runs without cluster-store${instead}`);
  }
  if (clusterStore !== usual) {
    return defect(`the engine of ${name} uses the store ${clusterStore}, the others use ${usual}`);
  }
  if (clusterAdvertise === undefined) {
    return defect(
      `the engine of ${name} runs without cluster-advertise: no other engine can find it`,
    );
  }
  const advertised = clusterAdvertise.replace(/:\d+$/, '');
  return address === undefined || advertised === address
    ? undefined
    : defect(`the engine of ${name} advertises ${advertised} instead of ${address}`);
}

function findMissing(
  { host: { name }, info: { clusterAdvertise = '' } }: AnsweringHost,
  { members, version }: StoreView,
): Difference | undefined {
  if (members.some(({ advertised }) => advertised === clusterAdvertise)) return undefined;
  const known = members.map(({ advertised }) => advertised);
  return {
    kind: 'keystore-member-missing',
    where: { host: name },
    expected: clusterAdvertise,
    observed: known,
    text: `${version} has no member ${clusterAdvertise} (${name}); its members: ${known.join(', ') || 'none'}`,
  };
}

/** Members that are none of the hosts. */
function findUnknownMembers({ hosts }: Observation, { members, version }: StoreView): Difference[] {
  const own = new Set(
    hosts.flatMap(({ address, engine }) => [
      address,
      valueOf(engine)?.info.clusterAdvertise?.replace(/:\d+$/, ''),
    ]),
  );
  return members
    .filter(({ advertised }) => !own.has(advertised.replace(/:\d+$/, '')))
    .map(({ advertised }) => ({
      kind: 'member-unknown',
      where: {},
      expected: 'no other members than the hosts',
      observed: advertised,
      text: `${version} has the member ${advertised}, which is not one of the hosts`,
    }));
}
