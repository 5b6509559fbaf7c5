import { whatWasSeen } from '../../model/observed.ts';
import type { AskedHost } from '../../model/observation.ts';

/** A running container on an overlay, with all the networks that it is on. */
export interface NamedContainer {
  readonly host: string;
  readonly name: string;
  readonly pid: number;
  readonly ends: readonly {
    readonly network: string;
    readonly networkId: string;
    readonly isOverlay: boolean;
    readonly address: string;
    /** By which others on that network find it too. */
    readonly aliases: readonly string[];
  }[];
}

/** Services of a swarm have names of their own, beside those of their tasks. */
const TASK_LABEL = 'com.docker.swarm.task.id';

/** All containers that can look up others on an overlay, and be looked up. */
export function findNamed(hosts: readonly AskedHost[]): NamedContainer[] {
  return hosts.flatMap(({ name: host, engine }) => {
    const view = whatWasSeen(engine);
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
        ends: Object.entries(networks)
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
      .filter(({ ends }) => ends.some(({ isOverlay }) => isOverlay));
  });
}
