import { HarnessError } from '../process/errors/harness-error.ts';
import { InputError } from '../process/errors/input-error.ts';
import { suggestName } from '../process/text/suggest-name.ts';
import { dockerMachineCommand } from './docker-machine/environment.ts';
import { decideDockerMachine } from './docker-machine/kind.ts';
import type { Decision, ProviderConditions } from './provider-kind.ts';
import { findProviderKind, providerKinds } from './provider-kinds.ts';

/**
 * Chooses a provider: `E2E_PROVIDER` if set, otherwise docker-machine if both it and VirtualBox are installed, otherwise
 * netns on Linux, or uml without root. On other systems, throws a {@link HarnessError} that names the programs to install.
 */
export function decideProvider(conditions: ProviderConditions): Decision {
  const { env, platform, has } = conditions;
  const wanted = env['E2E_PROVIDER'];
  const command = dockerMachineCommand(env);
  if (wanted !== undefined && wanted !== '') return decideWanted(wanted, conditions);
  const missing = [command, 'VBoxManage'].filter((program) => !has(program));
  if (missing.length === 0) {
    return decideDockerMachine(`${command} and VBoxManage found`, env);
  }
  if (platform === 'linux' && !conditions.isRoot && conditions.arch === 'x64') {
    return providerKinds.uml.decide(`${missing.join(' and ')} not found`, conditions);
  }
  if (platform === 'linux') {
    return providerKinds.netns.decide(`${missing.join(' and ')} not found`, conditions);
  }
  throw new HarnessError({
    code: 'platform-unsupported',
    tried: 'choose a provider',
    observed: `${missing.join(' and ')} not found, and the built-in provider requires Linux`,
    hint: 'install docker-machine 0.16.2 and VirtualBox, or run this command on Linux',
  });
}

function decideWanted(wanted: string, conditions: ProviderConditions): Decision {
  const kind = findProviderKind(wanted);
  if (kind !== undefined) return kind.decide(`E2E_PROVIDER=${wanted}`, conditions);
  throw new InputError({
    code: 'name-unknown',
    subject: `E2E_PROVIDER=${wanted}`,
    observed: 'unknown provider',
    hint: suggestName(wanted, Object.keys(providerKinds), 'providers'),
  });
}
