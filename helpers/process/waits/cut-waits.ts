/** Why waits end early, and after how long. */
export interface CutWaits {
  /** Milliseconds. */
  readonly limit: number;
  /** The finding that explains why nothing more is to be expected: "vxlan-blocked: …". */
  readonly because: string;
}

let cut: CutWaits | undefined;

/** Ends all further waits of this process early, or lets them take their whole time again. */
export function cutWaits(how: CutWaits | undefined): void {
  cut = how;
}

/** Lets what `run` waits for take its whole time: an audit looks for itself. */
export async function withWholeWaits<T>(run: () => Promise<T>): Promise<T> {
  const before = cut;
  cut = undefined;
  try {
    return await run();
  } finally {
    cut = before;
  }
}

/** A wait's limit as it now is. */
export interface WaitLimit {
  /** Milliseconds. */
  readonly limit: number;
  /** For the error of a wait that was cut short; empty for one with its whole time. */
  readonly note: string;
}

/** Returns how long a wait may take whose own limit is that. */
export function limitWait(limit: number): WaitLimit {
  if (cut === undefined || limit <= cut.limit) return { limit, note: '' };
  return {
    limit: cut.limit,
    note: ` (cut short from ${limit / 1000} s because of ${cut.because})`,
  };
}
