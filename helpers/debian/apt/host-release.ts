import { readFile } from 'node:fs/promises';

export interface HostRelease {
  /** Such as `debian`, `ubuntu` or `fedora`. */
  readonly id: string;
  /** The distributions that it is derived from: `debian` for Ubuntu, `ubuntu debian` for Mint. */
  readonly like: readonly string[];
  /** Such as `trixie`; empty if the distribution has no codename. */
  readonly codename: string;
  /** Such as "Debian GNU/Linux 13 (trixie)". */
  readonly name: string;
}

/** Returns the distribution of this host, according to /etc/os-release. */
export async function hostRelease(file = '/etc/os-release'): Promise<HostRelease> {
  return parseRelease(await readFile(file, 'utf8').catch(() => ''));
}

/** Parses the text of an os-release file. */
export function parseRelease(text: string): HostRelease {
  const value = (name: string) => new RegExp(`^${name}=["']?([^"'\n]*)`, 'm').exec(text)?.[1] ?? '';
  return {
    id: value('ID'),
    like: value('ID_LIKE').split(' '),
    codename: value('VERSION_CODENAME'),
    name: value('PRETTY_NAME') || 'unknown',
  };
}
