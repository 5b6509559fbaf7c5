import type { HostView, Observation } from '../observation.ts';
import { unseen } from '../observed.ts';
import type { AuditOptions } from '../options.ts';
import type { AuditTarget } from '../target.ts';

/**
 * Looks at all that there is to see of a cluster, all hosts side by side: first what engines and stores say; then the
 * kernels' tables, which the live probes that come last would change, for a VXLAN device learns from packets.
 */
export async function observeCluster(
  target: AuditTarget,
  _options: AuditOptions,
): Promise<Observation> {
  const { name, isComplete, expectations } = target;
  const hosts = target.hosts.map(
    (host): HostView => ({
      name: host.name,
      address: host.address,
      engine: unseen('engines are not looked at yet'),
      gossip: unseen('gossip is not looked at yet'),
      kernel: unseen('kernels are not looked at yet'),
    }),
  );
  return await Promise.resolve({
    target: name,
    kind: 'unknown',
    isComplete,
    expectations,
    hosts,
    store: unseen('the store is not looked at yet'),
    swarm: unseen('the swarm is not looked at yet'),
    names: unseen('names are not looked at yet'),
    paths: unseen('paths are not looked at yet'),
    application: unseen('the application is not looked at yet'),
  });
}
