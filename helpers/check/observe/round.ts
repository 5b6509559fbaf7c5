import type { Observation, AskedHost } from '../model/observation.ts';
import { type Observed, unseen } from '../model/observed.ts';
import type { AuditOptions } from '../model/options.ts';
import type { Probe } from '../probe/probe.ts';
import type { AuditTarget } from '../model/target.ts';

/** The inputs of the observers, in addition to earlier observations. */
export interface Round {
  readonly target: AuditTarget;
  readonly options: AuditOptions;
  /** Aborts when the whole audit's limit has passed, or its user ends it. */
  readonly signal: AbortSignal;
  /** By host name; each host has a probe or a reason. */
  readonly probes: ReadonlyMap<string, Observed<Probe>>;
}

/** The data known after engines were queried. */
export type Asked = Pick<Observation, 'kind' | 'expectations'> & {
  readonly hosts: readonly AskedHost[];
};

/** The probe on that host. */
export function probeOn({ probes }: Round, host: string): Observed<Probe> {
  return probes.get(host) ?? unseen(`no probe was started on ${host}`);
}

/** The probe on that host, if probes may enter other namespaces than the host's own. */
export function privilegedProbeOn(round: Round, host: string): Observed<Probe> {
  return round.options.probes === 'unprivileged'
    ? unseen('only unprivileged probes are allowed', 'unasked')
    : probeOn(round, host);
}
