import { existsSync } from 'node:fs';
import { HarnessError } from '../../process/errors/harness-error.ts';
import type { Suite } from './apt-sources.ts';

/**
 * Returns the keyrings on this host that sign `suite`, or its security updates: the release's own, otherwise the one
 * with all current keys. Their extension is `.pgp` in Debian 13, `.gpg` in older releases.
 */
export function findKeyrings(
  suite: Suite,
  part: 'main' | 'security' = 'main',
  root = '/',
): string[] {
  for (const names of [
    part === 'security'
      ? [`debian-archive-${suite}-security-automatic`]
      : [`debian-archive-${suite}-stable`, `debian-archive-${suite}-automatic`],
    ['debian-archive-keyring', 'debian-archive-removed-keys'],
  ]) {
    const found = names.flatMap((name) => findKeyring(name, root));
    if (found.length > 0) return found;
  }
  throw new HarnessError({
    code: 'package-missing',
    tried: `find the keys of Debian ${suite}`,
    observed: `no debian-archive-keyring in ${root}usr/share/keyrings`,
    hint: 'install the package: "apt-get install debian-archive-keyring"',
  });
}

function findKeyring(name: string, root: string): string[] {
  const candidates = [
    `${root}usr/share/keyrings/${name}.pgp`,
    `${root}usr/share/keyrings/${name}.gpg`,
    `${root}etc/apt/trusted.gpg.d/${name}.gpg`,
    `${root}etc/apt/trusted.gpg.d/${name}.asc`,
  ];
  return candidates.filter((file) => existsSync(file)).slice(0, 1);
}
