import type { ContainerSpec } from '../../engine/container-spec.ts';

export interface ProbeDescription {
  readonly name: string;
  /** The tag of its image. */
  readonly image: string;
  /** Of the check that starts it. */
  readonly run: string;
  /** Whether it may enter other namespaces than the host's own. */
  readonly privileged: boolean;
  /** Seconds */
  readonly lifetime: number;
}

/** The label of all containers and images of probes. */
export const PROBE_LABEL = 'org.overlay-e2e.probe';

/** The label with the check that a probe belongs to. */
const RUN_LABEL = 'org.overlay-e2e.run';

/**
 * A probe's container. It may look into every namespace and send whatever packets, and has nothing of the host's files
 * but what there is to see through the host's processes; one that is not privileged has the host's network alone.
 */
export function describeProbe(probe: ProbeDescription): ContainerSpec {
  const shared: ContainerSpec = {
    name: probe.name,
    image: probe.image,
    command: [`${probe.lifetime}`, ...(probe.privileged ? ['enter'] : [])],
    labels: { [PROBE_LABEL]: 'container', [RUN_LABEL]: probe.run },
    network: 'host',
    // Where the engine maps users, the host's namespaces are only for who is out of that.
    hostNamespaces: ['userns'],
    dropCapabilities: ['ALL'],
    readOnly: true,
    unlogged: true,
  };
  if (!probe.privileged) return { ...shared, capabilities: ['NET_RAW'] };
  return {
    ...shared,
    hostNamespaces: ['pid', 'userns'],
    capabilities: ['SYS_ADMIN', 'NET_ADMIN', 'NET_RAW', 'SYS_PTRACE', 'SYS_CHROOT'],
    securityOptions: ['seccomp=unconfined', 'apparmor=unconfined', 'label=disable'],
  };
}
