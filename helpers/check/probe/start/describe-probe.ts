import type { ContainerSpec } from '../../../docker/containers/container-spec.ts';

export interface ProbeDescription {
  readonly name: string;
  /** The tag of its image. */
  readonly image: string;
  /** The run of the check that starts it. */
  readonly run: string;
  /** Allows it to enter namespaces other than the host's. */
  readonly privileged: boolean;
  /** Seconds */
  readonly lifetime: number;
}

/** The label of all containers and images of probes. */
export const PROBE_LABEL = 'org.overlay-e2e.probe';

/** The label with the check that a probe belongs to. */
const RUN_LABEL = 'org.overlay-e2e.run';

/**
 * Returns the container of a probe. It enters every network namespace, sends any packet, and reaches the host's files
 * through the host's processes: control over its agent is equivalent to root on the host. An unprivileged probe only has
 * the host's network. Limits protect the host from floods that its containers send to the probe.
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
    securityOptions: ['no-new-privileges'],
    readOnly: true,
    unlogged: true,
    limits: {
      memory: 256 * 1024 * 1024,
      processes: 64,
      // The agent itself stops at somewhat less.
      files: 4096,
      // Where memory is short, the kernel ends the probe before anything that the host is for.
      outOfMemoryScore: 1000,
    },
  };
  if (!probe.privileged) return { ...shared, capabilities: ['NET_RAW'] };
  return {
    ...shared,
    hostNamespaces: ['pid', 'userns'],
    capabilities: ['SYS_ADMIN', 'NET_ADMIN', 'NET_RAW', 'SYS_PTRACE'],
    securityOptions: [
      'no-new-privileges',
      'seccomp=unconfined',
      'apparmor=unconfined',
      'label=disable',
    ],
  };
}
