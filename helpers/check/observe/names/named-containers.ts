import { valueOf } from '../../model/observed.ts';
import type { QueriedHost } from '../../model/observation.ts';

/** A running container on an overlay, with all the networks that it is on. */
export interface NamedContainer {
  readonly host: string;
  readonly name: string;
  readonly pid: number;
  readonly endpoints: readonly {
    readonly network: string;
    readonly networkId: string;
    readonly isOverlay: boolean;
    readonly address: string;
    /** Further names on that network. */
    readonly aliases: readonly string[];
  }[];
}

/** Services of a swarm have separate names in addition to those of their tasks. */
const TASK_LABEL = 'com.docker.swarm.task.id';

/** Returns all containers on overlays that can resolve others and be resolved. */
export function findNamed(hosts: readonly QueriedHost[]): NamedContainer[] {
  return hosts.flatMap(({ name: host, engine }) => {
    const view = valueOf(engine);
    if (view === undefined) return [];
    const overlays = new Set(
      view.networks.filter(({ driver }) => driver === 'overlay').map(({ id }) => id),
    );
    return view.containers
      .filter(({ status }) => status === 'running' || status === 'paused')
      .filter(({ labels }) => labels[TASK_LABEL] === undefined)
      .map(({ id, name, pid, networks }) => ({
        host,
        name,
        pid,
        endpoints: Object.entries(networks)
          .filter(([, { address }]) => address !== '')
          .map(([network, { networkId, address, aliases }]) => ({
            network,
            networkId,
            isOverlay: overlays.has(networkId),
            address,
            // The engine itself adds the short id.
            aliases: aliases.filter((alias) => !id.startsWith(alias)),
          })),
      }))
      .filter(({ endpoints }) => endpoints.some(({ isOverlay }) => isOverlay));
  });
}
