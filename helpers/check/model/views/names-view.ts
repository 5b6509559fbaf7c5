/** The result of a name lookup in a container. */
export interface NameAnswer {
  readonly host: string;
  readonly container: string;
  readonly network: string;
  /** The name: another container on the same network, or an alias of it. */
  readonly name: string;
  /** The container that is meant, and its host. */
  readonly towards: string;
  readonly peer: string;
  /** Addresses that the engines of those say who have the name; all others are wrong. */
  readonly expected: readonly string[];
  /** Undefined without an answer; empty for "no such name". */
  readonly answers: readonly string[] | undefined;
  /** The source of the answer: /etc/hosts of the container, or the first DNS server that answers. */
  readonly from: 'hosts-file' | 'resolver';
  readonly error: string | undefined;
}

export interface NamesView {
  readonly answers: readonly NameAnswer[];
  /** Containers whose DNS servers do not even resolve the container's own name. */
  readonly deaf: readonly { readonly host: string; readonly container: string }[];
  /** Hosts on whose containers no name could be resolved, with the reason. */
  readonly blind: readonly { readonly host: string; readonly why: string }[];
  /** The number of possible lookups, and of those made. */
  readonly questions: { readonly all: number; readonly asked: number };
}
