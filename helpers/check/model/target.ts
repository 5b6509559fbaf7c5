import type { KeyValueStoreKind } from '../../cluster/key-value/key-value-store.ts';
import type { Engine } from '../../docker/engine.ts';

/** A host whose engine belongs to the cluster that is audited. */
export interface TargetHost {
  /** As the user calls it: a machine's name. */
  readonly name: string;
  readonly engine: Engine;
  /** IPv4 address at which the other hosts find it; what its engine advertises when absent. */
  readonly address?: string | undefined;
}

/** Where the engines of a key-value cluster meet. */
export interface TargetStore {
  readonly kind: KeyValueStoreKind;
  readonly address: string;
  readonly port: number;
}

/** What is to be so, beyond what every healthy cluster has in common. All of it may be left out. */
export interface Expectations {
  /** Networks that are to be known to every host. */
  readonly networks?: readonly { readonly name: string; readonly subnet?: string | undefined }[];
  /** Containers that are to run, each on that host. */
  readonly containers?: readonly {
    readonly name: string;
    readonly host: string;
    readonly network?: string | undefined;
  }[];
  readonly application?: ExpectedApplication | undefined;
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
  /** The car service of the tutorial: its database may be asked whether the answer is out of it. */
  readonly isCarService?: boolean | undefined;
}

/** A cluster to be audited. */
export interface AuditTarget {
  /** For people: «topology seed», «3 engines». */
  readonly name: string;
  readonly hosts: readonly TargetHost[];
  /** How its engines find each other; what they say of themselves when absent. */
  readonly kind?: 'key-value' | 'swarm-mode' | undefined;
  /** Where the store is; taken from what the engines say of themselves when absent. Swarm mode has none. */
  readonly store?: TargetStore | undefined;
  /** Whether the hosts are all that the cluster has: then a member that is none of them is wrong. */
  readonly isComplete: boolean;
  readonly expectations: Expectations;
}
