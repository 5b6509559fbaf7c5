/** The result of one check of this machine. */
export interface Finding {
  /** The requirement, in one or two words: "cgroups". */
  readonly subject: string;
  readonly fine: boolean;
  /** The observation, in one line. */
  readonly observed: string;
  /** The command or action that meets the requirement; present if it is not met. */
  readonly fix?: string | undefined;
}

export function fine(subject: string, observed: string): Finding {
  return { subject, fine: true, observed };
}

export function missing(subject: string, observed: string, fix: string): Finding {
  return { subject, fine: false, observed, fix };
}
