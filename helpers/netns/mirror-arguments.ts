import { runCommand } from '../process/run-command.ts';
import type { Suite } from './apt-sources.ts';
import { cleanEnvironment } from './apt.ts';
import { aptSource } from './archive.ts';

/** What mmdebstrap must be told so that it takes `suite` from where apt of this machine takes its packages. */
export interface MirrorArguments {
  /** For before the suite: apt's settings for the way to the mirror, such as a proxy. */
  readonly options: readonly string[];
  /** For after the target: the line of sources.list. */
  readonly source: string;
}

/**
 * `mmdebstrap …options SUITE TARGET source`. What mmdebstrap is given it also leaves in the root file system, in
 * `/etc/apt/sources.list` and `/etc/apt/apt.conf.d/99mmdebstrap`: an image should not tell a user's mirror and proxy.
 */
export async function mirrorArguments(suite: Suite): Promise<MirrorArguments> {
  const source = await aptSource(suite);
  const { stdout } = await runCommand('apt-config', ['dump', 'Acquire'], {
    env: cleanEnvironment(),
  });
  const options = wayToMirror(stdout).map((setting) => `--aptopt=${setting}`);
  return { options, source };
}

/** Of `apt-config dump`, what mmdebstrap's own apt would not know: it reads nothing of the machine's configuration. */
export function wayToMirror(dump: string): string[] {
  const wanted =
    /^Acquire::(?:(?:http|https|ftp)::(?:[^ "]*::)?(?:Proxy|CAInfo|Verify-Peer|Verify-Host|SslCert|SslKey)|(?:http|https|ftp)::Proxy\S*|Check-Date|Check-Valid-Until|ForceIPv[46])\S* "[^"]+";$/i;
  return dump.split('\n').filter((line) => wanted.test(line));
}
