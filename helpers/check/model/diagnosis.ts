import type { DiagnosisCode } from './codes.ts';
import type { Command } from './command.ts';
import type { Difference, Place } from './difference.ts';

/** The fix or next step of a finding. It only runs if the user asks. */
export interface Action {
  /** A fix changes something and restores it; a next step only inspects, or is for people to do. */
  readonly kind: 'fix' | 'next-step';
  /** The commands to run on `host`, in order; empty for an instruction. */
  readonly commands: readonly Command[];
  /** The host to type it on; anywhere when absent. */
  readonly host?: string | undefined;
  /** The effect of the commands, or an instruction, in full sentences. */
  readonly effect: string;
  /**
   * Present when it only restores entries of a kernel's tables, which `--fix` may do: the programs without a shell, in
   * that overlay's namespace of the host, or in that file of a namespace; `host` is the host's own.
   */
  readonly restores?:
    | { readonly networkId: string; readonly commands: readonly Command[] }
    | {
        readonly namespace: string;
        readonly commands: readonly Command[];
        /** Present if `--fix` does something else than the commands to type: where, and its effect. */
        readonly instead?: { readonly host: string; readonly effect: string };
      };
}

/** Returns true if commands need root. Anyone with access to an engine may run docker commands. */
export function needsRoot({ commands }: Pick<Action, 'commands'>): boolean {
  return commands.some(
    ([program]) => !['curl', 'date', 'docker', 'overlay-e2e', 'ping'].includes(program),
  );
}

/** A finding: code, location, evidence, consequences and fix. */
export interface Diagnosis {
  readonly code: DiagnosisCode;
  readonly where: Place;
  /** One line of text. */
  readonly summary: string;
  /** The differences that prove it. */
  readonly evidence: readonly Difference[];
  /** The differences that exist only because of it. */
  readonly consequences: readonly Difference[];
  readonly action?: Action | undefined;
}

/** Identifies a diagnosis across reports: its code and its place. */
export function identityOf({ code, where }: Diagnosis): string {
  return `${code} ${JSON.stringify(where)}`;
}
