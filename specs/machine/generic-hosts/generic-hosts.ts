import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Machine, MachineProvider } from '../../../helpers/machine/machine.ts';
import { createNetnsProvider } from '../../../helpers/machine/netns/provider.ts';
import { unpackPackages } from '../../../helpers/debian/apt/archive.ts';
import { cached } from '../../../helpers/debian/cache/cache.ts';
import { findProgram } from '../../../helpers/process/files/find-program.ts';
import { hostRelease } from '../../../helpers/debian/apt/host-release.ts';
import { RELEASES } from '../../../helpers/debian/apt/apt-sources.ts';
import { allSettled, HarnessError } from '../../../helpers/process/errors/harness-error.ts';
import { guardStore } from '../store-guard.ts';

/** The account that docker-machine logs in to, not root, as on boot2docker. */
export const USER = 'docker';

/** Hosts for docker-machine's driver `generic`, and the environment variables that name them. */
export interface GenericHosts extends AsyncDisposable {
  /** `MACHINE_DRIVER`, and the address and key of each host, in environment variables with the machine's name. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Creates a host for each machine that docker-machine will adopt: a machine of the built-in provider in a separate
 * state directory, with a real sshd and sudo. Programs that this system lacks are unpacked from Debian's archive.
 */
export async function makeGenericHosts(names: readonly string[]): Promise<GenericHosts> {
  const folder = await mkdtemp(join(tmpdir(), 'generic-hosts-'));
  guardStore(folder, join(folder, 'store'));
  const provider = createNetnsProvider({ store: join(folder, 'store') });
  const dispose = async () => {
    await provider.remove(names);
    await provider.cleanUp();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const each = names.map(async (name) => {
      const host = await provider.create({ name });
      const keyFile = join(folder, `${name}.key`);
      await letIn(provider, name, keyFile);
      return variablesOf(host, keyFile);
    });
    const variables = await allSettled('hosts for the driver generic', each);
    const env = Object.assign({ MACHINE_DRIVER: 'generic', GENERIC_SSH_USER: USER }, ...variables);
    return { env, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Starts sshd in a machine, with access for {@link USER} with the key that is written to a file. */
export async function letIn(
  provider: MachineProvider,
  name: string,
  keyFile: string,
): Promise<void> {
  const script = await readFile(join(import.meta.dirname, 'become-host.sh'), 'utf8');
  const argv = ['sh', '-s', await unpackMissing(), USER] as const;
  const { stdout: key } = await provider.run(name, argv, { input: script, limit: 60_000 });
  await writeFile(keyFile, key, { mode: 0o600 });
}

function variablesOf({ name, address }: Machine, keyFile: string): Record<string, string> {
  const suffix = name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
  return { [`GENERIC_IP_ADDRESS__${suffix}`]: address, [`GENERIC_SSH_KEY__${suffix}`]: keyFile };
}

const packages: Readonly<Record<string, string>> = {
  sshd: 'openssh-server',
  'ssh-keygen': 'openssh-client',
  sudo: 'sudo',
};

/** Returns a folder with the packages that this system lacks; empty if it has all. */
async function unpackMissing(): Promise<string> {
  const missing = Object.entries(packages)
    .filter(([program]) => findProgram(program) === undefined)
    .map(([, name]) => name);
  if (missing.length === 0) return '';
  const { codename, name } = await hostRelease();
  const suite = RELEASES.find((one) => one === codename);
  if (suite === undefined) {
    throw new HarnessError({
      code: 'platform-unsupported',
      tried: `unpack ${missing.join(', ')}`,
      observed: `unsupported distribution ${name}; supported: Debian ${RELEASES.join(', ')}`,
      hint: 'install these packages with its package manager',
    });
  }
  const key = `spec-hosts/${suite}-${process.arch}-1/${missing.join('+')}`;
  return await cached(key, `${missing.join(', ')} for hosts of specs`, async (into, report) => {
    await unpackPackages({ suite, packages: missing, into, withDependencies: true, report });
  });
}
