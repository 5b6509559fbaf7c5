import type { ContainerFacts } from '../../docker/containers/container-facts.ts';
import type { EngineInfo } from '../../docker/info.ts';
import type { NetworkFacts } from '../../docker/networks.ts';

/** What one engine says. */
export interface EngineView {
  readonly info: EngineInfo;
  /**
   * All of its networks, also those that it named only when it was asked once more after all else; overlays as inspected
   * verbosely, with the ends that it knows.
   */
  readonly networks: readonly NetworkFacts[];
  /** Ids of the networks that it did not name when it was asked first. */
  readonly lateNetworks?: readonly string[] | undefined;
  /** Ids of the endpoints of a swarm that it had on record when it was asked again. */
  readonly laterTasks?: readonly string[] | undefined;
  /** All of its containers, running or not; not the audit's own probes. */
  readonly containers: readonly ContainerFacts[];
  /** The containers once more, after all else of the audit. */
  readonly later?: readonly ContainerFacts[] | undefined;
  /** Ids of containers that the managers of a swarm want to stop: nothing is wrong if others do not know them any more. */
  readonly stopping?: readonly string[] | undefined;
}
