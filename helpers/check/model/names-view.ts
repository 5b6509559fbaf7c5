/** What a container comes to know when it looks up another one. */
export interface NameAnswer {
  readonly host: string;
  readonly container: string;
  readonly network: string;
  /** The name that was asked for: another container's on the same network, or an alias of it. */
  readonly name: string;
  /** The container that is meant, and its host. */
  readonly towards: string;
  readonly peer: string;
  /** Addresses that the engines of those say who have the name; all others are wrong. */
  readonly expected: readonly string[];
  /** Undefined when nothing came back; empty when there is no such name. */
  readonly answers: readonly string[] | undefined;
  /** Where the answer is from: the container's own /etc/hosts, or the first name server that answers. */
  readonly from: 'hosts-file' | 'resolver';
  readonly error: string | undefined;
}

export interface NamesView {
  readonly answers: readonly NameAnswer[];
  /** Containers whose name servers do not even answer when they are asked for the container's own name. */
  readonly deaf: readonly { readonly host: string; readonly container: string }[];
  /** Hosts on whose containers nobody could look names up, and why. */
  readonly blind: readonly { readonly host: string; readonly why: string }[];
  /** How many questions there are, and how many of them were asked. */
  readonly questions: { readonly all: number; readonly asked: number };
}
