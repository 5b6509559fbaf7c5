import type { Observation, AskedHost } from '../model/observation.ts';
import { type Observed, unseen } from '../model/observed.ts';
import type { AuditOptions } from '../model/options.ts';
import type { Probe } from '../probe/probe.ts';
import type { AuditTarget } from '../model/target.ts';

/** What whoever observes a part of a cluster is given, beside what was seen of it before. */
export interface Round {
  readonly target: AuditTarget;
  readonly options: AuditOptions;
  /** Aborts when the whole audit's limit has passed, or its user ends it. */
  readonly signal: AbortSignal;
  /** By the name of the host; each has one, or a reason why there is none. */
  readonly probes: ReadonlyMap<string, Observed<Probe>>;
}

/** What is known once the engines were asked. */
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
