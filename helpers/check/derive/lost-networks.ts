import type { HostView, Observation } from '../model/observation.ts';
import { valueOf, type Missing, withoutValue } from '../model/observed.ts';
import { isLeaving } from './endpoints.ts';
import { memoize } from './memoize.ts';

/**
 * Returns a reason why containers on overlays could not be examined: an engine, or all of them, do not list a network. Their
 * endpoints are then unknown, and no comparison of them can pass. Undefined if all networks are listed.
 */
export const lostNetworks = memoize((observation: Observation): Missing | undefined => {
  const lost = [...observation.hosts.flatMap(attachedToUnlisted), ...listedNowhere(observation)];
  return lost.length === 0 ? undefined : withoutValue(lost.join('; '));
});

/** Containers whose network their own engine does not list. */
function attachedToUnlisted({ name: host, engine }: HostView): string[] {
  const view = valueOf(engine);
  if (view === undefined) return [];
  const listed = new Set(view.networks.map(({ id }) => id));
  return view.containers
    .filter((one) => one.running && !isLeaving(one, view))
    .flatMap(({ name: container, networks }) =>
      Object.entries(networks)
        .filter(([, { networkId }]) => networkId !== '' && !listed.has(networkId))
        .map(([network]) => `${host} does not list the network ${network} of ${container}`),
    );
}

/** Networks that the user, the store or the managers name, but no engine lists. */
function listedNowhere({ hosts, expectations, store, swarm }: Observation): string[] {
  const views = hosts.flatMap(({ engine }) => valueOf(engine) ?? []);
  if (views.length === 0) return [];
  const listed = views.flatMap(({ networks }) => networks);
  const named = [
    ...(expectations.networks ?? []),
    ...(valueOf(store)?.networks ?? valueOf(swarm)?.networks ?? []),
  ];
  const names = new Set(
    named.filter(({ name }) => !listed.some((one) => one.name === name)).map(({ name }) => name),
  );
  return [...names].map((name) => `no engine lists the network ${name}`);
}
