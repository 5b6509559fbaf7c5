/** The result of one check of this machine. */
export interface Finding {
  /** The requirement, in one or two words: "cgroups". */
  readonly subject: string;
  readonly fine: boolean;
  /** The observation, in one line. */
  readonly saw: string;
  /** The command or action that meets the requirement; present if it is not met. */
  readonly remedy?: string | undefined;
}

export function fine(subject: string, saw: string): Finding {
  return { subject, fine: true, saw };
}

export function missing(subject: string, saw: string, remedy: string): Finding {
  return { subject, fine: false, saw, remedy };
}
