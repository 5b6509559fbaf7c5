import { HarnessError } from '../process/errors/harness-error.ts';
import { InputError } from '../process/errors/input-error.ts';
import { suggestName } from '../process/text/suggest-name.ts';
import { decideDockerMachine, dockerMachineCommand } from './docker-machine/kind.ts';
import type { Decision, Surroundings } from './provider-kind.ts';
import { findProviderKind, providerKinds } from './provider-kinds.ts';

/**
 * `E2E_PROVIDER` decides; without it docker-machine where VirtualBox is there too, else netns on Linux.
 * Elsewhere there is nothing to choose from: a {@link HarnessError} that says what to install.
 */
export function decideProvider(surroundings: Surroundings): Decision {
  const { env, platform, has } = surroundings;
  const wanted = env['E2E_PROVIDER'];
  const command = dockerMachineCommand(env);
  if (wanted !== undefined && wanted !== '') return decideWanted(wanted, surroundings);
  const missing = [command, 'VBoxManage'].filter((program) => !has(program));
  if (missing.length === 0) {
    return decideDockerMachine(`${command} and VBoxManage were found`, env);
  }
  if (platform === 'linux') {
    return { name: 'netns', because: `this is Linux, without ${missing.join(' and ')}` };
  }
  throw new HarnessError({
    code: 'platform-unsupported',
    tried: 'choose a provider',
    observed: `${missing.join(' and ')} not found, and the built-in provider needs Linux`,
    remedy: 'install docker-machine 0.16.2 and VirtualBox, or run this on Linux',
  });
}

function decideWanted(wanted: string, surroundings: Surroundings): Decision {
  const kind = findProviderKind(wanted);
  if (kind !== undefined) return kind.decide(`E2E_PROVIDER=${wanted}`, surroundings);
  throw new InputError({
    code: 'name-unknown',
    subject: `E2E_PROVIDER=${wanted}`,
    observed: 'unknown provider',
    remedy: suggestName(wanted, Object.keys(providerKinds), 'providers'),
  });
}
