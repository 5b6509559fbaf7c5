import type { DiagnosisCode } from './codes.ts';
import type { Command } from './command.ts';
import type { Difference, Place } from './difference.ts';

/** What to do about a diagnosis. Nothing of it is done unless the user asks. */
export interface Remedy {
  /** A fix changes something and restores it; a next step only inspects, or is for people to do. */
  readonly kind: 'fix' | 'next-step';
  /** What is typed on `host`, one after the other; nothing where only words can say what to do. */
  readonly commands: readonly Command[];
  /** The host to type it on; anywhere when absent. */
  readonly host?: string | undefined;
  /** What the commands do, or what there is to do, in one sentence. */
  readonly effect: string;
  /**
   * Present when it only restores entries of a kernel's tables, which `--fix` may do: the programs without a shell, in
   * that overlay's namespace of the host.
   */
  readonly restores?: { readonly networkId: string; readonly commands: readonly Command[] };
}

/** Tells whether commands need root; whoever may use an engine may type those for it. */
export function needsRoot({ commands }: Pick<Remedy, 'commands'>): boolean {
  return commands.some(([program]) => program !== 'docker' && program !== 'ping');
}

/** What is wrong, where, how that is known, and what mends it. */
export interface Diagnosis {
  readonly code: DiagnosisCode;
  readonly where: Place;
  /** One line. */
  readonly summary: string;
  /** What proves it. */
  readonly evidence: readonly Difference[];
  /** What else is wrong only because of it. */
  readonly consequences: readonly Difference[];
  readonly remedy?: Remedy | undefined;
}

/** Identifies a diagnosis across reports: its code and its place. */
export function identityOf({ code, where }: Diagnosis): string {
  return `${code} ${JSON.stringify(where)}`;
}
