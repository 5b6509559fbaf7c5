/** The answer of the DNS servers of a container. */
export interface NameLookup {
  /** Undefined without an answer; empty for an unknown name. */
  readonly answers: readonly string[] | undefined;
  readonly error: string | undefined;
}

/** A name of a service, looked up in a container on one of its networks. */
export interface ServiceLookup {
  readonly host: string;
  /** The container that asked, and the IDs of all its networks. */
  readonly container: string;
  readonly containerId: string;
  readonly networkIds: readonly string[];
  /** The network for which it asked. */
  readonly networkId: string;
  readonly serviceId: string;
  readonly name: string;
  /** The meaning of the name: the service itself (also an alias), all of its tasks, or the task with that ID. */
  readonly means: 'service' | 'tasks' | { readonly task: string };
  /** Before the live probes, and afterward; the second is undefined if it was not asked again. */
  readonly before: NameLookup;
  readonly after: NameLookup | undefined;
}

/** The lookups of the names of services in containers. */
export interface ServiceNamesView {
  readonly lookups: readonly ServiceLookup[];
  /** Hosts on whose containers no name could be looked up, with the reason. */
  readonly blind: readonly { readonly host: string; readonly why: string }[];
  /** The number of possible lookups, and of those made. */
  readonly questions: { readonly all: number; readonly asked: number };
}
