import type { ContainerFacts } from '../../../docker/containers/container-facts.ts';
import type { EngineInfo } from '../../../docker/info.ts';
import type { NetworkFacts } from '../../../docker/networks.ts';

/** The clock of an engine, compared with that of the check. */
export interface ClockReading {
  /** Milliseconds, compared with the middle of the request. */
  readonly ahead: number;
  /** Half of the duration of the request: the real difference is not further away. */
  readonly within: number;
}

/** A container whose requests the engine refuses. */
export interface RefusedClient {
  readonly container: string;
  readonly image: string;
  /** The version of the API that it asks for. */
  readonly version: string;
  /** The oldest version that the engine supports. */
  readonly oldest: string;
}

/** The data of one engine. */
export interface EngineView {
  readonly info: EngineInfo;
  readonly clock?: ClockReading | undefined;
  /**
   * All of its networks, including those listed only at the second read; overlays as inspected verbosely, with the
   * endpoints that the engine knows.
   */
  readonly networks: readonly NetworkFacts[];
  /** The IDs of networks that it did not list at the first read. */
  readonly lateNetworks?: readonly string[] | undefined;
  /** The IDs of endpoints of a swarm that it listed at the second read. */
  readonly laterTasks?: readonly string[] | undefined;
  /** The IDs of overlays whose containers of other hosts it did not list at one of the two reads. */
  readonly unlistedOverlays?: readonly string[] | undefined;
  /** The IDs of overlays whose peers lacked the engine itself at the first read, and for seconds at the second. */
  readonly overlaysWithoutSelf?: readonly string[] | undefined;
  /** All of its containers, running or not, without the probes of the check. */
  readonly containers: readonly ContainerFacts[];
  /** The containers once more, after all else of the audit. */
  readonly later?: readonly ContainerFacts[] | undefined;
  /** Containers that use the engine's API in a version that it no longer supports, according to their logs. */
  readonly refusedClients?: readonly RefusedClient[] | undefined;
  /** Ids of containers that the managers of a swarm want to stop: nothing is wrong if others do not know them any more. */
  readonly stopping?: readonly string[] | undefined;
}
