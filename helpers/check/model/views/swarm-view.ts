import type { AddressPool } from '../../../docker/networks.ts';
import type { NodeFacts } from '../../../docker/swarm/nodes.ts';
import type { ServiceFacts, TaskFacts } from '../../../docker/swarm/service-facts.ts';

/** A container of the swarm as one engine has it: `network inspect --verbose`. */
export interface SwarmEndpoint {
  readonly networkId: string;
  /** The container's name, or its service's task. */
  readonly name: string;
  readonly endpointId: string;
  readonly address: string;
  /** The address of the host, according to the queried engine. */
  readonly hostAddress: string;
  /** The host of the queried engine. */
  readonly askedHost: string;
}

/** A node that the managers lost, and found again if it is ready. */
export interface NodeDepartures {
  readonly nodeId: string;
  /** The number of times that it went down within the last hour, as far as the manager's engine remembers. */
  readonly times: number;
}

/** The data of the managers of a swarm. */
export interface SwarmView {
  /** The host of the queried manager. */
  readonly manager: string;
  readonly nodes: readonly NodeFacts[];
  readonly networks: readonly {
    readonly id: string;
    readonly name: string;
    readonly subnets: readonly string[];
    readonly vnis: readonly number[];
    readonly attachable: boolean;
    /** As its leader counts them; undefined for managers before Docker 29, or if they did not report it. */
    readonly pools?: readonly AddressPool[] | undefined;
  }[];
  readonly endpoints: readonly SwarmEndpoint[];
  /** Undefined if the manager did not list them. */
  readonly services?: readonly ServiceFacts[] | undefined;
  /** The tasks of all services, before the live probes; undefined if the manager did not list them. */
  readonly tasks?: readonly TaskFacts[] | undefined;
  /** The nodes that went down within the last hour; undefined if the manager did not report it. */
  readonly departures?: readonly NodeDepartures[] | undefined;
  /** The same at the second read, after the live probes; undefined without it. */
  readonly later?:
    | {
        readonly nodes: readonly NodeFacts[];
        /** Undefined if the manager did not list them. */
        readonly services?: readonly ServiceFacts[] | undefined;
        readonly tasks: readonly TaskFacts[];
      }
    | undefined;
}
