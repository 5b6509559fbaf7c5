import type { KernelFeature } from '../../model/difference-values.ts';
import type { Action } from '../../model/diagnosis.ts';
import type { Difference } from '../../model/difference.ts';
import { ruleFor } from '../rule.ts';

/** A kernel without a feature that services need in addition to IPVS. */
export const kernelFeatureMissing = ruleFor('kernel-feature-missing', 'kernel-feature-missing', {
  consequences: ({ where: { host }, observed: { feature, errors } }, open) =>
    open.filter((one) => isBecause(feature, errors, one) && concerns(one, host)),
  action: ({ where: { host }, observed: { feature } }): Action =>
    feature === 'IP_VS_PROTO_TCP'
      ? {
          kind: 'next-step',
          host,
          commands: [],
          effect:
            'Use a kernel with IP_VS_PROTO_TCP, or services with --endpoint-mode dnsrr and ports with mode=host.',
        }
      : {
          kind: 'fix',
          host,
          commands: [
            ['modprobe', feature],
            ['systemctl', 'restart', 'docker'],
          ],
          effect:
            'Loads the module and restarts the engine, which then creates its load balancers and bridges again. If the first command fails, the kernel does not have the module, or its configuration forbids it.',
        },
});

/** A task that does not start has a service, but no host. */
function concerns({ kind, where }: Difference, host: string | undefined): boolean {
  return kind === 'task-stuck' || where.host === host || where.peer === host;
}

function isBecause(feature: KernelFeature, errors: readonly string[], one: Difference): boolean {
  switch (one.kind) {
    case 'service-vip-missing':
      return feature !== 'IP_VS_PROTO_TCP' && one.observed.missing.includes('source');
    case 'service-address-silent':
    case 'service-task-cut':
    case 'port-silent':
      return true;
    case 'task-stuck':
      return errors.some((error) => isSameError(error, one.observed.error));
    case 'gossip-unaware':
    case 'network-missing':
    case 'mesh-rule-missing':
    case 'gateway-mismatch':
      return feature === 'br_netfilter';
    default:
      return false;
  }
}

/** Errors of an engine contain the IDs of containers. */
function isSameError(one: string, other: string): boolean {
  return withoutIds(one) === withoutIds(other);
}

function withoutIds(error: string): string {
  return error.replaceAll(/[\da-f]{12,64}/g, '');
}
