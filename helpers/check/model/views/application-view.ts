/**
 * The hop of the routing mesh at which connections to a published port end: the firewall of the host, before or in the chain
 * `DOCKER-INGRESS`; `docker_gwbridge`; the sandbox `ingress_sbox` with its mark and IPVS; the network `ingress`, which leads
 * to tasks; or a task itself.
 */
export type PortHop = 'host-firewall' | 'gateway-bridge' | 'sandbox' | 'overlay' | 'task';

/** The key of the hop among the results of connections by their origin: no name of a host has a space. */
export const ENDS_AT = 'ends at';

/** A TCP port that a container or a service publishes on a host, connected to from somewhere. */
export interface PortAnswer {
  readonly host: string;
  readonly container: string | undefined;
  /** The service of a swarm that publishes it, instead of a container. */
  readonly service?: string | undefined;
  /** `192.168.99.101:8080` */
  readonly address: string;
  /** `8080/tcp` */
  readonly containerPort: string;
  /** Another host; undefined for the machine that the check runs on. */
  readonly from: string | undefined;
  readonly error: string | undefined;
  /** True if a program in the container, or in all tasks, listens on the port; undefined if one was not observed. */
  readonly isListening: boolean | undefined;
  /** The hop at which connections to a port of a service end; undefined if they do not end, or if it was not found. */
  readonly hop?: PortHop | undefined;
}

/** The answer of the application. */
export interface ApplicationAnswer {
  readonly url: string;
  readonly status: number | undefined;
  readonly body: string | undefined;
  readonly error: string | undefined;
  /** The data of its database; undefined without the car service or without an answer. */
  readonly database: DatabaseView | { readonly error: string } | undefined;
}

/** The answer of the car service's database, queried in its container. */
export interface DatabaseView {
  /** The queries that it ran during a second request, without its regular ones. */
  readonly queries: number;
  /** The row as the application must answer it. */
  readonly row: string;
}

export interface ApplicationView {
  readonly ports: readonly PortAnswer[];
  readonly answer: ApplicationAnswer | undefined;
}
