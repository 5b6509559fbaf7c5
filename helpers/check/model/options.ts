/** Milliseconds for a whole audit, unless said otherwise. */
export const AUDIT_LIMIT = 60_000;

/** What an audit may do, and how much of it. */
export interface AuditOptions {
  /**
   * The probe containers that it may start on the hosts: such as may enter other namespaces (the default), such as stay
   * outside of them (kernels are not looked at then), or none: Docker's API alone.
   */
  readonly probes?: 'privileged' | 'unprivileged' | 'none';
  /**
   * Milliseconds for the whole audit, with its probes' end; 60 s when absent. What is not done by then is given up, and
   * counts as not possible.
   */
  readonly limit?: number;
  /** Ordered pairs of containers that are probed at most; 1000 when absent. Pairs of hosts come first. */
  readonly maxPairs?: number;
  /** Whether packets are timed too, one after the other; no check needs it. */
  readonly timing?: boolean;
  readonly signal?: AbortSignal | undefined;
}
