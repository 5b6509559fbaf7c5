import { type OverlayEndpoint, endpointsOf, isLeaving } from '../derive/endpoints.ts';
import type { HostView, Observation } from '../model/observation.ts';
import { type Observed, withValue, valueOf } from '../model/observed.ts';
import type { TrialEnd } from '../model/views/paths-view.ts';

type Live = Pick<Observation, 'names' | 'paths' | 'application'>;

/**
 * Leaves out lookups, trials and published ports of containers that were stopped or restarted during the check, or are about to stop: a
 * cluster that drains, scales or updates is not broken.
 */
export function leaveOutLeaving(
  { names, paths, application }: Live,
  hosts: readonly HostView[],
): Live {
  const leaving = new Set(
    hosts.flatMap(({ name, engine }) => {
      const view = valueOf(engine);
      const gone = view?.containers.filter((one) => isLeaving(one, view)) ?? [];
      return gone.map((one) => keyOf(name, one.name));
    }),
  );
  if (leaving.size === 0) return { names, paths, application };
  const staying = endpointsOf({ hosts });
  const stays = ({ host, container = '' }: Pick<TrialEnd, 'host' | 'container'>) =>
    !leaving.has(keyOf(host, container));
  return {
    names: change(names, (view) => ({
      ...view,
      answers: view.answers.filter(
        (one) => stays(one) && stays({ host: one.peer, container: one.towards }),
      ),
      deaf: view.deaf.filter(stays),
    })),
    application: change(application, (view) => ({ ...view, ports: view.ports.filter(stays) })),
    paths: change(paths, (view) => ({
      ...view,
      trials: view.trials.filter(({ from, to }) => stays(from) && stays(to)),
      losses: view.losses?.filter(({ from, to }) => stays(from) && stays(to)),
      isolation: view.isolation.filter(({ from, to }) => stays(from) && stays(to)),
      checksumErrors: view.checksumErrors.filter(stays),
      tunnels: view.tunnels.filter(
        ({ from, to, networkId }) => isOn(staying, from, networkId) && isOn(staying, to, networkId),
      ),
      unentered: view.unentered?.filter(stays),
    })),
  };
}

function change<T>(part: Observed<T>, to: (view: T) => T): Observed<T> {
  return 'value' in part ? withValue(to(part.value)) : part;
}

function keyOf(host: string, container: string): string {
  return `${host} ${container}`;
}

function isOn(endpoints: readonly OverlayEndpoint[], host: string, networkId: string): boolean {
  return endpoints.some((endpoint) => endpoint.host === host && endpoint.networkId === networkId);
}
