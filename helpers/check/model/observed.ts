/** A part of an observation: its value, or the reason why it was not observed. Never silently empty. */
export type Observed<T> = Seen<T> | Unseen;

export interface Seen<T> {
  readonly seen: T;
}

/**
 * The kind of reason: the cluster has no such part, the user did not request it, or it was requested but not possible. Only
 * the last one makes a result incomplete.
 */
export type UnseenBecause = 'inapplicable' | 'unasked' | 'impossible';

export interface Unseen {
  /** The reason in words: "the engine does not answer", "probes are turned off". */
  readonly unseen: string;
  readonly because: UnseenBecause;
}

export function seen<T>(value: T): Seen<T> {
  return { seen: value };
}

export function unseen(why: string, because: UnseenBecause = 'impossible'): Unseen {
  return { unseen: why, because };
}

/** Returns the observed value; undefined without one. */
export function whatWasSeen<T>(part: Observed<T> | undefined): T | undefined {
  return part !== undefined && 'seen' in part ? part.seen : undefined;
}
