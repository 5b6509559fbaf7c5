import type { ContainerFacts } from '../../../docker/containers/container-facts.ts';
import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { ContainerNamespace } from '../../model/views/kernel-view.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { endpointsOf, isLeaving, type OverlayEndpoint } from '../../derive/endpoints.ts';
import { observedKernels } from '../../derive/kernel/expected-tables.ts';
import { kernelOutcome } from './kernel-outcome.ts';

/**
 * No container has an address that an engine has given to another container of the same overlay. An engine does not see an
 * address that was set in the namespace of a container by hand.
 */
export const addressesUnique: Comparison = {
  name: 'addresses-unique',
  title: 'no two containers have the same address on an overlay',
  layer: 'kernel',
  needs: 'privileged-probe',
  compare: (observation) => {
    const endpoints = endpointsOf(observation);
    const places = placesOf(observation);
    return kernelOutcome(
      observation,
      [...places.flatMap((place) => findSet(place, endpoints)), ...findAssigned(endpoints)],
      endpoints.map(({ network, container, address }) => `${network}: ${container} ${address}`),
    );
  },
};

/** A container that did not change during the check, and its namespace. */
interface ContainerPlace {
  readonly host: string;
  readonly facts: ContainerFacts;
  /** Addresses that its engine assigned, at the first or second read. */
  readonly own: ReadonlySet<string>;
  readonly namespace: ContainerNamespace;
}

function placesOf(observation: Observation): ContainerPlace[] {
  return observedKernels(observation).flatMap(({ host, kernel }) => {
    const view = valueOf(host.engine);
    return kernel.containers.flatMap((namespace): ContainerPlace[] => {
      const isIt = ({ id }: ContainerFacts) => id === namespace.containerId;
      const facts = view?.containers.find(isIt);
      if (view === undefined || facts === undefined || isLeaving(facts, view)) return [];
      const states = [facts, ...(view.later?.filter(isIt) ?? [])];
      const own = new Set(
        states.flatMap(({ networks }) => Object.values(networks).map(({ address }) => address)),
      );
      return [{ host: host.name, facts, own, namespace }];
    });
  });
}

/** Addresses in the namespace of a container that are those of other containers on its overlays. */
function findSet(
  { host, facts, own, namespace }: ContainerPlace,
  endpoints: readonly OverlayEndpoint[],
): Difference[] {
  const joined = new Set(Object.values(facts.networks).map(({ networkId }) => networkId));
  return namespace.links.flatMap(({ name: device, addresses }) =>
    addresses.flatMap((withLength) => {
      const address = withLength.replace(/\/.*/, '');
      const owner = endpoints.find(
        (end) =>
          end.address === address && joined.has(end.networkId) && end.containerId !== facts.id,
      );
      if (owner === undefined || own.has(address)) return [];
      return [
        describe(
          { host, container: facts.name },
          owner,
          { device, address: withLength, process: facts.pid },
          `${facts.name} (${host}) has the address of ${owner.container} (${owner.host}) in ${owner.network}, ${address}, on ${device}; its engine did not assign it`,
        ),
      ];
    }),
  );
}

/** Addresses that engines have assigned twice on one overlay. */
function findAssigned(endpoints: readonly OverlayEndpoint[]): Difference[] {
  const shared = Map.groupBy(endpoints, ({ networkId, address }) => `${networkId} ${address}`);
  return [...shared.values()].flatMap(([first, ...others]) =>
    others
      .filter((one) => first !== undefined && one.containerId !== first.containerId)
      .flatMap((one) =>
        first === undefined
          ? []
          : [
              describe(
                one,
                first,
                { address: one.address },
                `the engines have assigned ${one.address} in ${one.network} to ${first.container} (${first.host}) and to ${one.container} (${one.host})`,
              ),
            ],
      ),
  );
}

function describe(
  { host, container }: Pick<OverlayEndpoint, 'host' | 'container'>,
  owner: OverlayEndpoint,
  observed: { readonly device?: string; readonly address: string; readonly process?: number },
  text: string,
): Difference {
  return {
    kind: 'address-shared',
    where: {
      host,
      peer: owner.host === host ? undefined : owner.host,
      network: owner.network,
      container,
      towards: owner.container,
    },
    expected: 'an address that no other container has',
    observed,
    text,
  };
}
