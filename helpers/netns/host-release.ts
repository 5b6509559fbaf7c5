import { readFile } from 'node:fs/promises';

export interface HostRelease {
  /** `debian`, `ubuntu`, `fedora`, … */
  readonly id: string;
  /** `trixie`; empty where the distribution has no such thing. */
  readonly codename: string;
  /** «Debian GNU/Linux 13 (trixie)». */
  readonly name: string;
}

/** Which distribution this machine runs, by /etc/os-release. */
export async function hostRelease(file = '/etc/os-release'): Promise<HostRelease> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const value = (name: string) => new RegExp(`^${name}=["']?([^"'\n]*)`, 'm').exec(text)?.[1] ?? '';
  return {
    id: value('ID'),
    codename: value('VERSION_CODENAME'),
    name: value('PRETTY_NAME') || 'unknown',
  };
}
