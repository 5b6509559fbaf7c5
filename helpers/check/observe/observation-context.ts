import type { Observation, QueriedHost } from '../model/observation.ts';
import { type Observed, withoutValue } from '../model/observed.ts';
import type { AuditOptions } from '../model/options.ts';
import type { Probe } from '../probe/probe.ts';
import type { AuditTarget } from '../model/target.ts';

/** The inputs of the observers, in addition to earlier observations. */
export interface ObservationContext {
  readonly target: AuditTarget;
  readonly options: AuditOptions;
  /** Aborts when the whole audit's limit has passed, or its user ends it. */
  readonly signal: AbortSignal;
  /** By host name; each host has a probe or a reason. */
  readonly probes: ReadonlyMap<string, Observed<Probe>>;
}

/** The data known after engines were queried. */
export type QueriedCluster = Pick<Observation, 'kind' | 'expectations'> & {
  readonly hosts: readonly QueriedHost[];
};

/** The probe on that host. */
export function probeOn({ probes }: ObservationContext, host: string): Observed<Probe> {
  return probes.get(host) ?? withoutValue(`no probe was started on ${host}`);
}

/** The probe on that host, if probes may enter other namespaces than the host's own. */
export function privilegedProbeOn(context: ObservationContext, host: string): Observed<Probe> {
  return context.options.probes === 'unprivileged'
    ? withoutValue('only unprivileged probes are allowed', 'not-requested')
    : probeOn(context, host);
}
