import type { KeyValueStoreKind } from '../../cluster/key-value/stores/key-value-store.ts';
import type { Engine } from '../../docker/engine.ts';

/** A host whose engine belongs to the cluster that is audited. */
export interface TargetHost {
  /** The name that the user gave: a machine's name. */
  readonly name: string;
  readonly engine: Engine;
  /** The IPv4 address in the cluster; the address that its engine advertises when absent. */
  readonly address?: string | undefined;
  /** The address at which we reach it, for an engine that advertises none: in clouds, members often use others. */
  readonly reachedAt?: string | undefined;
}

/** The key-value store of a cluster. */
export interface TargetStore {
  readonly kind: KeyValueStoreKind;
  readonly address: string;
  readonly port: number;
}

/** Expectations beyond a healthy cluster. All of them are optional. */
export interface Expectations {
  /** Networks that every host must know. */
  readonly networks?: readonly { readonly name: string; readonly subnet?: string | undefined }[];
  /** Containers that are to run, each on that host. */
  readonly containers?: readonly {
    readonly name: string;
    readonly host: string;
    readonly network?: string | undefined;
  }[];
  readonly services?: readonly ExpectedService[] | undefined;
  readonly application?: ExpectedApplication | undefined;
}

/** A service that a swarm must have. It may be on more networks, and publish more ports. */
export interface ExpectedService {
  readonly name: string;
  /** The number of its tasks, at least; any number above 0 when absent. */
  readonly replicas?: number | undefined;
  /** The names of its networks. */
  readonly networks?: readonly string[] | undefined;
  readonly ports?: readonly ExpectedPort[] | undefined;
}

/** A port that a service publishes. */
export interface ExpectedPort {
  readonly published: number;
  readonly target: number;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly mode: 'ingress' | 'host';
}

/** A web service whose answers come out of a database in another container. */
export interface ExpectedApplication {
  readonly url: string;
  readonly status: number;
  /** The whole body, exactly. */
  readonly body: string;
  /** The container that answers, and the one with the database. */
  readonly container?: string | undefined;
  readonly database?: string | undefined;
  /** The car service of the tutorial: its database can be queried for comparison. */
  readonly isCarService?: boolean | undefined;
}

/** A cluster to be audited. */
export interface AuditTarget {
  /** The name: "topology seed", "3 engines". */
  readonly name: string;
  readonly hosts: readonly TargetHost[];
  /** The cluster kind; the kind that the engines report when absent. */
  readonly kind?: 'key-value' | 'swarm-mode' | undefined;
  /** The key-value store; the store that the engines report when absent. Swarm mode has none. */
  readonly store?: TargetStore | undefined;
  /** True if the hosts are the whole cluster: then any other member is unexpected. */
  readonly isComplete: boolean;
  readonly expectations: Expectations;
}
