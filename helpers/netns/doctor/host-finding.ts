/** What one look at this machine came to. */
export interface Finding {
  /** What was looked at, in a word or two: «cgroups». */
  readonly subject: string;
  readonly fine: boolean;
  /** What was seen there, in a line. */
  readonly saw: string;
  /** What to type, or to do, so that it becomes fine; always there when it is not. */
  readonly remedy?: string | undefined;
}

export function fine(subject: string, saw: string): Finding {
  return { subject, fine: true, saw };
}

export function missing(subject: string, saw: string, remedy: string): Finding {
  return { subject, fine: false, saw, remedy };
}
