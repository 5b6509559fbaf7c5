import { GATEWAY } from '../../derive/gateway-bridge.ts';
import type { Difference } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { isApplicationSymptom } from '../consequences.ts';
import { ruleFor } from '../rule.ts';

/** Published ports of a host, and an application there, that cannot answer without its gateway. */
export function symptomsOfGateway(
  { where: { host } }: Difference,
  open: readonly Difference[],
  observation: Observation,
): Difference[] {
  return open.filter(
    (one) =>
      (one.kind === 'port-silent' && one.where.host === host) ||
      isApplicationSymptom(one, observation, host),
  );
}

/** A gateway bridge without which containers reach no other network, and publish no ports. */
export const gatewayBridgeBroken = ruleFor('gateway-mismatch', 'gateway-bridge-broken', {
  consequences: symptomsOfGateway,
  action: ({ where: { host }, observed }) =>
    observed === 'down'
      ? {
          kind: 'fix',
          host,
          commands: [['ip', 'link', 'set', GATEWAY, 'up']],
          effect: `Sets ${GATEWAY} up again.`,
        }
      : {
          kind: 'fix',
          host,
          commands: [['systemctl', 'restart', 'docker']],
          effect: `Restarts the engine, which then creates ${GATEWAY} again. Containers stop unless they have a restart policy.`,
        },
});

/** A kernel that forwards no packets between its interfaces. */
export const forwardingDisabled = ruleFor('forwarding-off', 'forwarding-disabled', {
  consequences: symptomsOfGateway,
  action: ({ where: { host } }) => ({
    kind: 'fix',
    host,
    commands: [['sysctl', '-w', 'net.ipv4.ip_forward=1']],
    effect:
      'Makes the kernel forward packets until the next start. Remove the setting from /etc/sysctl.conf and /etc/sysctl.d as well.',
  }),
});
