import { HarnessError } from '../../process/harness-error.ts';

const WITHOUT = 'or check without probes; the kernel’s tables and live packets are left out then';

/** What engines refuse a probe with, and what can be done about it. */
const REFUSALS: readonly (readonly [RegExp, observed: string, remedy: string])[] = [
  [/no space left on device/i, 'the engine’s disk is full', `make room there, ${WITHOUT}`],
  [
    /exec format error/i,
    `the host has another processor than this one (${process.arch}), for which the probe’s image is made`,
    `check from a machine of the host’s kind, ${WITHOUT}`,
  ],
  [
    /authorization denied|not authorized|access denied/i,
    'the engine’s authorization does not allow it',
    `have it allow containers with the label org.overlay-e2e.probe, ${WITHOUT}`,
  ],
  [
    /user namespaces? (are|is) enabled|user namespace/i,
    'the engine maps users, and does not let a container out of that',
    `allow --userns=host there, ${WITHOUT}`,
  ],
  [
    /operation not permitted|permission denied|unable to apply caps/i,
    'the engine may not give a container the capabilities that a probe needs',
    `see whether it runs rootless or in a container itself, ${WITHOUT}`,
  ],
];

/** The failure in words with a remedy, where it is one that is known; as it is otherwise. */
export function explainStart(error: HarnessError): HarnessError {
  const text = `${error.observed} ${error.evidence ?? ''}`;
  const known = REFUSALS.find(([pattern]) => pattern.test(text));
  if (known === undefined) return error;
  const [, observed, remedy] = known;
  return new HarnessError({
    tried: error.tried,
    observed: `${observed} («${error.observed}»)`,
    remedy,
    cause: error,
  });
}
