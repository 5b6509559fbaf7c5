/** Mutual TLS over TCP, as docker-machine configures every engine. */
export interface TlsEndpoint {
  readonly kind: 'tls';
  readonly host: string;
  readonly port: number;
  /** PEM files; only the owner can read the key. */
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** Set if the user's context disables the check of the engine's certificate (`SkipTLSVerify`). */
  readonly anyCertificate?: true;
}

/** TCP without encryption and authentication, only if the user chose it. */
export interface PlainEndpoint {
  readonly kind: 'plain';
  readonly host: string;
  readonly port: number;
}

/** A socket on this host. */
export interface SocketEndpoint {
  readonly kind: 'unix';
  readonly path: string;
}

/** The user's own `ssh` command, with `docker system dial-stdio` on the other host. */
export interface SshEndpoint {
  readonly kind: 'ssh';
  /** The host name for ssh, which may be an alias in ~/.ssh/config. */
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
  /** The engine's socket on the other host, if it is not the default. */
  readonly socket?: string;
}

/** The connection parameters of a machine's engine. */
export type EngineEndpoint = TlsEndpoint | PlainEndpoint | SocketEndpoint | SshEndpoint;

/** The states of `docker-machine ls`. */
export type HostState = 'Running' | 'Stopped' | 'Error';

/** One host with its own Docker Engine. */
export interface EngineHost {
  readonly name: string;
  /** IPv4 address on the network between the machines; empty if unknown. */
  readonly address: string;
  readonly state: HostState;
  /** `tcp://ADDRESS:2376`, or the address that the user gave for an existing engine. */
  readonly url: string;
  readonly endpoint: EngineEndpoint;
  readonly engineOptions: readonly string[];
  readonly engineLabels: readonly string[];
  /**
   * Factor for the limits of calls to the engine, which end a call that hangs: a slow machine needs more time for the
   * same work. Default: 1.
   */
  readonly limitFactor?: number;
  /** The directory that the `docker` client takes as DOCKER_CERT_PATH; empty if it needs none. */
  readonly certificates: string;
  /** The user's input for an existing host: `--engine tcp://10.0.0.1:2376`. */
  readonly givenAs?: string;
}
