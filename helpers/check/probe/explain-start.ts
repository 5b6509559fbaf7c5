import { HarnessError } from '../../process/errors/harness-error.ts';

const WITHOUT = 'or check without probes; the kernel’s tables and live packets are left out then';

/** What engines refuse a probe with, and what can be done about it. */
const REFUSALS: readonly (readonly [RegExp, observed: string, remedy: string])[] = [
  [/no space left on device/i, 'the engine’s disk is full', `make room there, ${WITHOUT}`],
  [
    /exec format error/i,
    `its host has another processor than this one (${process.arch}), for which the probe’s image is made`,
    `check from a machine of its kind, ${WITHOUT}`,
  ],
  [
    /authorization denied by plugin/i,
    'the engine’s authorization does not allow it',
    `have it allow containers with the label org.overlay-e2e.probe, ${WITHOUT}`,
  ],
  [
    /when user namespaces are enabled|incompatible with user namespaces/i,
    'the engine maps users, and lets no container out of that',
    `have it allow --userns=host, ${WITHOUT}`,
  ],
  [
    /(runc|OCI runtime|task for container).*(operation not permitted|permission denied|unable to apply caps)/i,
    'the engine may not give a container what a probe needs',
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
