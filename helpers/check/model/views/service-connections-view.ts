/** A TCP connection from a container, or from a load balancer, to a port of a service on one of its networks. */
export interface ServiceConnection {
  readonly host: string;
  /** The container; of a load balancer, the one whose connections it balances. */
  readonly container: string;
  readonly containerId: string;
  readonly from: 'container' | 'load-balancer';
  readonly networkId: string;
  readonly serviceId: string;
  /** The ID of the task whose own address it is; undefined for the virtual address of the service. */
  readonly taskId: string | undefined;
  /** IPv4 */
  readonly address: string;
  readonly port: number;
  /** The error of the last attempt; undefined if one was accepted. */
  readonly error: string | undefined;
}

/** A port at a task's own address, connected to from inside its container: the proof that its program accepts connections. */
export interface TaskPort {
  readonly serviceId: string;
  readonly taskId: string;
  readonly networkId: string;
  readonly port: number;
  readonly accepts: boolean;
}

/** The connections to services and to their tasks. */
export interface ServiceConnectionsView {
  readonly connections: readonly ServiceConnection[];
  readonly taskPorts: readonly TaskPort[];
  /**
   * `net.ipv4.tcp_keepalive_time` in a task of each service to which connections are open, in seconds: the time after which its
   * kernel keeps an idle connection alive.
   */
  readonly keepAlive: readonly { readonly serviceId: string; readonly seconds: number }[];
  /** Hosts from which nothing could be connected, with the reason. */
  readonly blind: readonly { readonly host: string; readonly why: string }[];
  /** The number of possible connections, and of those made. */
  readonly questions: { readonly all: number; readonly asked: number };
}
