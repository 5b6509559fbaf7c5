import type { DiagnosisCode } from './codes.ts';
import type { Difference, Place } from './difference.ts';

/** What mends it. Nothing of it is done unless the user asks. */
export interface Remedy {
  /** To be typed, as root, on `host`; with every word quoted that needs it. */
  readonly command: string;
  /** The host to type it on; anywhere when absent. */
  readonly host?: string | undefined;
  /** What it would do, in one sentence. */
  readonly effect: string;
  /**
   * Present when it only restores an entry of a kernel's table, which `--fix` may do: the program without a shell, in
   * that overlay's namespace of the host.
   */
  readonly restores?: { readonly networkId: string; readonly argv: readonly [string, ...string[]] };
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
