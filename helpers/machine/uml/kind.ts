import { requireHost } from '../../netns/doctor/require-host.ts';
import { isRootless } from '../../process/rootless.ts';
import { InputError } from '../../process/errors/input-error.ts';
import { netnsKind } from '../netns/kind.ts';
import type { ProviderKind } from '../provider-kind.ts';
import { whyNoOwnKernels } from './require-own-kernels.ts';

/** Machines with their own kernel, on the switch of the built-in provider. Its other modules are loaded late. */
export const umlKind: ProviderKind = {
  ...netnsKind,
  decide: (because, conditions) => {
    const reason = whyNoOwnKernels(conditions);
    if (reason === undefined) {
      const apart = isRootless() ? 'without root, in user namespaces' : 'without root';
      const how = conditions.isRoot ? 'as root' : apart;
      return { name: 'uml', because: `${because}; ${how}` };
    }
    throw new InputError({
      code: 'platform-unsupported',
      subject: 'E2E_PROVIDER=uml',
      observed: reason,
      hint: 'set E2E_PROVIDER=netns on Linux, or E2E_PROVIDER=docker-machine',
    });
  },
  requireHost: () => requireHost('uml'),
  open: async (env) => {
    requireHost('uml');
    const { createUmlProvider } = await import('./provider.ts');
    return createUmlProvider({ store: env['MACHINE_STORAGE_PATH'] });
  },
  examine: async () => {
    const { examineUmlHost } = await import('../../uml/doctor/examine-uml-host.ts');
    return await examineUmlHost();
  },
};
