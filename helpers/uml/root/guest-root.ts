import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackPackages } from '../../debian/apt/archive.ts';
import { cached, cacheFolder } from '../../debian/cache/cache.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { isAdministrator } from '../../process/rootless.ts';
import { runCommand } from '../../process/run-command.ts';

/** The kernel, and all programs of a machine except its engine. apt adds the packages that these depend on. */
const PACKAGES = `
  user-mode-linux uml-utilities
  base-files base-passwd netbase ca-certificates
  bash dash perl-base busybox-static coreutils findutils grep sed mawk hostname
  tar gzip xz-utils util-linux mount procps kmod
  iproute2 iptables iputils-ping ethtool
  libdevmapper1.02.1 libseccomp2`
  .trim()
  .split(/\s+/);

/** The folder of modules in the package of the kernel. */
const MODULES = 'usr/lib/uml/modules';

const KEY = 'uml/trixie-x64-2';

/** Returns true if the kernel and the root are in the cache. */
export function isGuestRootCached(): boolean {
  return existsSync(join(cacheFolder(), KEY));
}

/**
 * The root file system of machines with their own kernel, and this kernel as `usr/bin/linux.uml`: packages of Debian
 * trixie, unpacked into the cache. Machines see it read-only, so that all of them share it.
 */
export async function prepareGuestRoot(): Promise<string> {
  return await cached(KEY, 'kernel and root of uml machines', async (into, report) => {
    await unpackPackages({
      suite: 'trixie',
      packages: PACKAGES,
      into,
      withDependencies: 'all',
      report,
    });
    report.progress('configuring the root');
    await configure(into);
    await expectKernel(into);
  });
}

/** Replaces the packages' own scripts, as far as a machine needs them. */
async function configure(root: string): Promise<void> {
  for (const name of ['doc', 'man', 'locale', 'info']) {
    await rm(join(root, 'usr/share', name), { recursive: true, force: true });
  }
  for (const name of ['passwd', 'group']) {
    await copyFile(join(root, `usr/share/base-passwd/${name}.master`), join(root, 'etc', name));
  }
  await symlink('mawk', join(root, 'usr/bin/awk'));
  // The kernel lacks the ip family of nf_tables.
  for (const family of ['iptables', 'ip6tables']) {
    for (const suffix of ['', '-save', '-restore']) {
      await symlink('xtables-legacy-multi', join(root, 'usr/sbin', `${family}${suffix}`));
    }
  }
  await rm(join(root, 'usr/lib/modules'), { recursive: true, force: true });
  await symlink('uml/modules', join(root, 'usr/lib/modules'));
  await mkdir(join(root, 'etc/docker'), { recursive: true });
}

/** Proves that this host can run the kernel, before the root appears in the cache. */
async function expectKernel(root: string): Promise<void> {
  // Machines run it on their own files; only the virtual computer of a user without root runs it on those of the host.
  const [file, ...args] = isAdministrator()
    ? (['chroot', root, '/usr/bin/linux.uml', '--version'] as const)
    : ([join(root, 'usr/bin/linux.uml'), '--version'] as const);
  const { stdout } = await runCommand(file, args, {
    title: 'version of the uml kernel',
    limit: 60_000,
  });
  const [modules = 'none'] = await readdir(join(root, MODULES));
  if (stdout.trim() === modules) return;
  throw new HarnessError({
    code: 'package-unavailable',
    tried: 'kernel of uml machines',
    observed: `the kernel is ${stdout.trim()}, its modules are of ${modules}`,
  });
}
