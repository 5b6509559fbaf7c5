import { HarnessError } from '../process/errors/harness-error.ts';
import { InputError } from '../process/errors/input-error.ts';
import { suggestName } from '../process/text/suggest-name.ts';

/** What the choice of a provider depends on. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** Whether a program is on PATH (or, with a slash in it, whether that file can be run). */
  readonly has: (program: string) => boolean;
}

/** Which provider makes the machines, and why, in words that follow «because». */
export interface Decision {
  readonly name: 'netns' | 'docker-machine';
  readonly because: string;
  /** docker-machine's driver; each machine may name another. The built-in provider has none. */
  readonly driver?: string;
}

/** The command that speaks docker-machine's language: `E2E_DOCKER_MACHINE`, else `docker-machine`. */
export function dockerMachineCommand(env: Surroundings['env']): string {
  return env['E2E_DOCKER_MACHINE'] || 'docker-machine';
}

/**
 * `E2E_PROVIDER` decides; without it docker-machine where VirtualBox is there too, else netns on Linux.
 * Elsewhere there is nothing to choose from: a {@link HarnessError} that says what to install.
 */
export function decideProvider(surroundings: Surroundings): Decision {
  const { env, platform, has } = surroundings;
  const wanted = env['E2E_PROVIDER'];
  const command = dockerMachineCommand(env);
  if (wanted !== undefined && wanted !== '') return decideWanted(wanted, command, surroundings);
  const missing = [command, 'VBoxManage'].filter((program) => !has(program));
  if (missing.length === 0) {
    return dockerMachine(`${command} and VBoxManage were found`, env);
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

/** With the driver that docker-machine itself would take. */
function dockerMachine(because: string, env: Surroundings['env']): Decision {
  return { name: 'docker-machine', because, driver: env['MACHINE_DRIVER'] || 'virtualbox' };
}

function decideWanted(
  wanted: string,
  command: string,
  { env, platform, has }: Surroundings,
): Decision {
  const subject = `E2E_PROVIDER=${wanted}`;
  const because = `E2E_PROVIDER=${wanted}`;
  if (wanted === 'netns') {
    if (platform === 'linux') return { name: 'netns', because };
    throw new InputError({
      code: 'platform-unsupported',
      subject,
      observed: `it is made of Linux namespaces, and this is ${platform}`,
      remedy: 'use E2E_PROVIDER=docker-machine, or run this on Linux',
    });
  }
  if (wanted === 'docker-machine') {
    if (has(command)) return dockerMachine(because, env);
    throw new InputError({
      code: 'package-missing',
      subject,
      observed: `no ${command} that can be run`,
      remedy: 'put docker-machine 0.16.2 on PATH, or name it with E2E_DOCKER_MACHINE=/path/to/it',
    });
  }
  throw new InputError({
    code: 'name-unknown',
    subject,
    observed: 'unknown provider',
    remedy: suggestName(wanted, ['netns', 'docker-machine'], 'providers'),
  });
}
