import { z } from 'zod';
import { parseJson } from '../../../process/text/parse-json.ts';
import type { FileResult } from '../../probe/probe.ts';
import type { KernelAccess } from './query-kernel.ts';

const PID_FILES = ['/run/docker.pid', '/var/run/docker.pid'];
/** The engine's configuration file, unless an option names another. */
export const CONFIGURATION = '/etc/docker/daemon.json';

const configuration = z.looseObject({
  iptables: z.boolean().optional(),
  'live-restore': z.boolean().optional(),
});

/** Returns false if the host's engine is configured to write no firewall rules, by an option or its configuration file. */
export async function writesRules({ probe, signal }: KernelAccess): Promise<boolean> {
  const [file, ...pids] = await probe
    .read([CONFIGURATION, ...PID_FILES], { signal })
    .catch((): FileResult[] => []);
  const pid = pids.map((one) => textOf(one).trim()).find((text) => /^\d{1,9}$/.test(text));
  const [line] =
    pid === undefined
      ? []
      : await probe.read([`/proc/${pid}/cmdline`], { signal }).catch((): FileResult[] => []);
  const isOff = textOf(line).split('\0').includes('--iptables=false');
  return !isOff && readConfiguration(file).iptables !== false;
}

/** Returns the engine's settings of its configuration file; none if it is missing or invalid. */
export function readConfiguration(file: FileResult | undefined): z.infer<typeof configuration> {
  try {
    return configuration.parse(parseJson(textOf(file)));
  } catch {
    // An engine does not start with an unreadable file.
    return {};
  }
}

function textOf(file: FileResult | undefined): string {
  return file !== undefined && 'text' in file ? file.text : '';
}
