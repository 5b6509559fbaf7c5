import { readFile } from 'node:fs/promises';

export interface HostRelease {
  /** `debian`, `ubuntu`, `fedora`, … */
  readonly id: string;
  /** Which others it is made like: `debian` for Ubuntu, `ubuntu debian` for Mint. */
  readonly like: readonly string[];
  /** `trixie`; empty where the distribution has no such thing. */
  readonly codename: string;
  /** «Debian GNU/Linux 13 (trixie)». */
  readonly name: string;
}

/** Which distribution this machine runs, by /etc/os-release. */
export async function hostRelease(file = '/etc/os-release'): Promise<HostRelease> {
  return parseRelease(await readFile(file, 'utf8').catch(() => ''));
}

/** Reads the text of an os-release file. */
export function parseRelease(text: string): HostRelease {
  const value = (name: string) => new RegExp(`^${name}=["']?([^"'\n]*)`, 'm').exec(text)?.[1] ?? '';
  return {
    id: value('ID'),
    like: value('ID_LIKE').split(' '),
    codename: value('VERSION_CODENAME'),
    name: value('PRETTY_NAME') || 'unknown',
  };
}
