/** A part of what an audit looks at: what was seen, or why it could not be looked at. Never silently nothing. */
export type Observed<T> = Seen<T> | Unseen;

export interface Seen<T> {
  readonly seen: T;
}

/**
 * Why something was not looked at: this cluster has no such thing, the user did not want it, or it was wanted and could
 * not be done. Only the last leaves a verdict open.
 */
export type UnseenBecause = 'inapplicable' | 'unasked' | 'impossible';

export interface Unseen {
  /** In words for people: «the engine does not answer», «no privileged probes are wanted». */
  readonly unseen: string;
  readonly because: UnseenBecause;
}

export function seen<T>(value: T): Seen<T> {
  return { seen: value };
}

export function unseen(why: string, because: UnseenBecause = 'impossible'): Unseen {
  return { unseen: why, because };
}

/** What was seen; undefined where nothing could be, or there is no such part. */
export function whatWasSeen<T>(part: Observed<T> | undefined): T | undefined {
  return part !== undefined && 'seen' in part ? part.seen : undefined;
}
