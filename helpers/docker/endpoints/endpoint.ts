/** Mutual TLS on TCP: what docker-machine sets every engine up for. */
export interface TlsEndpoint {
  readonly kind: 'tls';
  readonly host: string;
  readonly port: number;
  /** PEM files; the key is readable by its owner alone. */
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** Set where the user's own context says that the engine's certificate counts for nothing (`SkipTLSVerify`). */
  readonly anyCertificate?: true;
}

/** TCP with neither encryption nor passwords, where the user himself says so. */
export interface PlainEndpoint {
  readonly kind: 'plain';
  readonly host: string;
  readonly port: number;
}

/** A socket on this machine. */
export interface SocketEndpoint {
  readonly kind: 'unix';
  readonly path: string;
}

/** The user's own `ssh` command, and `docker system dial-stdio` at its other end. */
export interface SshEndpoint {
  readonly kind: 'ssh';
  /** As ssh knows it: an alias of ~/.ssh/config does, too. */
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
  /** The engine's socket over there, if it is not the usual one. */
  readonly socket?: string;
}

/** How to reach a machine's engine from outside. */
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
  /** The directory that the `docker` client takes as DOCKER_CERT_PATH; empty if it needs none. */
  readonly certificates: string;
  /** The user's own words for a host that is not ours: `--engine tcp://10.0.0.1:2376`. */
  readonly givenAs?: string;
}
