import type { NodeFacts } from '../../docker/swarm/nodes.ts';

/** A container of the swarm as one engine has it: `network inspect --verbose`. */
export interface SwarmEnd {
  readonly networkId: string;
  /** The container's name, or its service's task. */
  readonly name: string;
  readonly endpointId: string;
  readonly address: string;
  /** The host's address, as the engine that was asked knows it. */
  readonly hostAddress: string;
  /** The host whose engine was asked. */
  readonly askedHost: string;
}

/** What the managers of a swarm say. */
export interface SwarmView {
  /** The host whose manager was asked. */
  readonly manager: string;
  readonly nodes: readonly NodeFacts[];
  readonly networks: readonly {
    readonly id: string;
    readonly name: string;
    readonly subnets: readonly string[];
    readonly vnis: readonly number[];
    readonly attachable: boolean;
  }[];
  readonly ends: readonly SwarmEnd[];
}
