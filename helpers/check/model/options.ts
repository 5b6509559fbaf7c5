/** Milliseconds for a whole audit, unless said otherwise. */
export const AUDIT_LIMIT = 60_000;

/** Permissions and limits of a check. */
export interface AuditOptions {
  /**
   * The probe containers on the hosts: privileged (the default) may enter other namespaces, unprivileged may not, so that
   * kernels are not observed; none means Docker's API alone.
   */
  readonly probes?: 'privileged' | 'unprivileged' | 'none';
  /**
   * Milliseconds for the whole check, including the removal of its probes; 60 s by default. Unfinished parts count as not
   * possible.
   */
  readonly limit?: number;
  /**
   * Ordered pairs of containers that are probed at most; 1000 when absent, or as many as all containers need to occur. Pairs
   * in which each container occurs come first.
   */
  readonly maxPairs?: number;
  /**
   * Other hosts that each host sends packets to at most; when absent, all of up to 20 hosts, and at least 10 of more. The same
   * hosts give the same choice.
   */
  readonly neighbors?: number;
  /** Also measures round-trip times, one packet at a time; no comparison needs them. */
  readonly timing?: boolean;
  readonly signal?: AbortSignal | undefined;
}
