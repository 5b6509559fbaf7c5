import { HarnessError } from '../../../process/errors/harness-error.ts';

const WITHOUT = 'or check without probes, which leaves out kernel tables and live packets';

/** Known reasons why engines refuse a probe, with fixes. */
const REFUSALS: readonly (readonly [RegExp, observed: string, hint: string])[] = [
  [
    /no space left on device/i,
    'the disk of the engine is full',
    `free disk space there, ${WITHOUT}`,
  ],
  [
    /exec format error/i,
    `its host has another processor architecture than this machine (${process.arch}), for which the probe image is built`,
    `run the check from a machine with the same architecture, ${WITHOUT}`,
  ],
  [
    /authorization denied by plugin/i,
    'an authorization plugin of the engine denies it',
    `allow containers with the label org.overlay-e2e.probe, ${WITHOUT}`,
  ],
  [
    /when user namespaces are enabled|incompatible with user namespaces/i,
    'the engine uses user namespaces and allows no container outside them',
    `allow --userns=host, ${WITHOUT}`,
  ],
  [
    /(runc|OCI runtime|task for container).*(operation not permitted|permission denied|unable to apply caps)/i,
    'the engine cannot grant a container the privileges that a probe needs',
    `find out whether it runs rootless or in a container, ${WITHOUT}`,
  ],
];

/** Returns the error with an explanation and a fix, if known; otherwise unchanged. */
export function explainStart(error: HarnessError): HarnessError {
  const text = `${error.observed} ${error.evidence ?? ''}`;
  const known = REFUSALS.find(([pattern]) => pattern.test(text));
  if (known === undefined) return error;
  const [, observed, hint] = known;
  return new HarnessError({
    code: 'probe-failed',
    tried: error.tried,
    observed: `${observed} ("${error.observed}")`,
    hint,
    cause: error,
  });
}
