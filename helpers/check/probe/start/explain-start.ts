import { refusalOf } from '../../../docker/explain-failure.ts';
import { HarnessError } from '../../../process/errors/harness-error.ts';

const WITHOUT = 'or check without probes, which leaves out kernel tables and live packets';

/** A reason why engines refuse a probe, with a fix. */
interface Reason {
  /** The HTTP status, if the engine has one for this reason alone. */
  readonly status?: number;
  /** The message, if the engine answers with a general status (400, 500), or the program itself reports it. */
  readonly says?: RegExp;
  readonly observed: string;
  readonly hint: string;
}

/**
 * The messages are those of engines 20.10.5 (runc 1.0) and 26.1.5 (runc 1.1), where they differ in this order. The spec
 * has them in full.
 */
const REASONS: readonly Reason[] = [
  {
    // "authorization denied by plugin NAME: …". No other refusal of a container has this status.
    status: 403,
    observed: 'an authorization plugin of the engine denies it',
    hint: `allow containers with the label org.overlay-e2e.probe, ${WITHOUT}`,
  },
  {
    // "Error processing tar file(exit status 1): write …: no space left on device"; "write …: no space left on device".
    says: /\bno space left on device\b/,
    observed: 'the disk of the engine is full',
    hint: `free disk space there, ${WITHOUT}`,
  },
  {
    // "standard_init_linux.go:239: exec user process caused: exec format error"; "exec /usr/bin/perl: exec format error".
    says: /\bexec format error\b/,
    observed: `its host has another processor architecture than this machine (${process.arch}), for which the probe image is built`,
    hint: `run the check from a machine with the same architecture, ${WITHOUT}`,
  },
  {
    // "cannot share the host's network namespace when user namespaces are enabled", status 400.
    says: /\bwhen user namespaces are enabled\b/,
    observed: 'the engine uses user namespaces and allows no container outside them',
    hint: `allow --userns=host, ${WITHOUT}`,
  },
  {
    // "OCI runtime create failed: …: apply caps: operation not permitted: unknown";
    // "invalid CapAdd: capability not supported by your kernel or not available in the current environment: …".
    says: /\bOCI runtime create failed: .*(?:operation not permitted|permission denied)|\binvalid CapAdd: capability not supported\b/,
    observed: 'the engine cannot grant a container the privileges that a probe needs',
    hint: `find out whether it runs rootless or in a container, ${WITHOUT}`,
  },
];

/** Returns the error with an explanation and a fix, if known; otherwise unchanged. */
export function explainStart(error: HarnessError): HarnessError {
  const text = `${error.observed} ${error.evidence ?? ''}`;
  const status = refusalOf(error.cause)?.status;
  const known = REASONS.find((one) =>
    one.says === undefined ? one.status === status : one.says.test(text),
  );
  if (known === undefined) return error;
  const { observed, hint } = known;
  return new HarnessError({
    code: 'probe-failed',
    tried: error.tried,
    observed: `${observed} ("${error.observed}")`,
    hint,
    cause: error,
  });
}
