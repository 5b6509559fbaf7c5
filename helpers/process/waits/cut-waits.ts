/** The limit of shortened waits, and its reason. */
export interface CutWaits {
  /** Milliseconds. */
  readonly limit: number;
  /** The finding that makes longer waits useless: "vxlan-blocked: …". */
  readonly because: string;
}

let cut: CutWaits | undefined;

/** Shortens all further waits of this process, or restores their full limits. */
export function cutWaits(how: CutWaits | undefined): void {
  cut = how;
}

/** Restores the full limits of waits inside `run`, for an audit, which observes the cluster itself. */
export async function withWholeWaits<T>(run: () => Promise<T>): Promise<T> {
  const before = cut;
  cut = undefined;
  try {
    return await run();
  } finally {
    cut = before;
  }
}

/** The limit that currently applies to a wait. */
export interface WaitLimit {
  /** Milliseconds. */
  readonly limit: number;
  /** A note for the error of a shortened wait; empty for a wait with its full limit. */
  readonly note: string;
}

/** Returns the limit that applies now to a wait with this limit. */
export function limitWait(limit: number): WaitLimit {
  if (cut === undefined || limit <= cut.limit) return { limit, note: '' };
  return {
    limit: cut.limit,
    note: ` (cut short from ${limit / 1000} s because of ${cut.because})`,
  };
}
