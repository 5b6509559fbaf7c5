import { requireHost } from '../../netns/doctor/require-host.ts';
import { type AddressRange, parseRange } from '../../process/address-range.ts';
import { isInComputer } from '../../process/rootless.ts';
import { InputError } from '../../process/errors/input-error.ts';
import type { Environment, ProviderKind } from '../provider-kind.ts';

/** The environment variable for the subnet of machines with network namespaces. */
export const subnetVariable = 'E2E_SUBNET';

/** Returns the chosen subnet, or the range that contains all subnets to choose from. */
export function subnetOf(env: Environment): AddressRange {
  return parseRange(env[subnetVariable] || '192.168.0.0/16');
}

/** The built-in provider. Its other modules are loaded late. */
export const netnsKind: ProviderKind = {
  decide: (because, { platform }) => {
    if (platform === 'linux') {
      const where =
        '; without root, in a virtual computer, because this user cannot create namespaces';
      return { name: 'netns', because: isInComputer() ? `${because}${where}` : because };
    }
    throw new InputError({
      code: 'platform-unsupported',
      subject: 'E2E_PROVIDER=netns',
      observed: `it consists of Linux namespaces, and this platform is ${platform}`,
      hint: 'set E2E_PROVIDER=docker-machine, or run this command on Linux',
    });
  },
  requireHost: () => requireHost(),
  open: async (env) => {
    requireHost();
    const { createNetnsProvider } = await import('./provider.ts');
    return createNetnsProvider({ store: env['MACHINE_STORAGE_PATH'] });
  },
  examine: async () => {
    const { examineHost } = await import('../../netns/doctor/examine-host.ts');
    return await examineHost();
  },
  rangeVariable: () => subnetVariable,
  rangeOf: subnetOf,
  oneTopologyDriver: () => undefined,
  foreignStores: [],
};
