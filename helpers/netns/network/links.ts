import { z } from 'zod';
import { parseJson } from '../../process/text/parse-json.ts';
import { runCommand } from '../../process/run-command.ts';

const linkRows = z.array(
  z.object({
    ifname: z.string(),
    address: z.string().optional(),
    ifalias: z.string().optional(),
  }),
);

/** A network interface in the network namespace of this process. */
export interface HostLink {
  readonly name: string;
  /** The MAC address. */
  readonly address: string;
  readonly alias: string;
}

/**
 * Returns the network interfaces in the network namespace of this process. It runs `ip`, because /sys/class/net shows
 * the namespace in which that sysfs was mounted, which may be another one.
 */
export async function readLinks(env: Readonly<Record<string, string>>): Promise<HostLink[]> {
  const title = 'read the links of the host';
  const { stdout } = await runCommand('ip', ['-json', 'link', 'show'], { env, title });
  const rows = linkRows.parse(stdout.trim() === '' ? [] : parseJson(stdout));
  return rows.map(({ ifname, address = '', ifalias = '' }) => ({
    name: ifname,
    address,
    alias: ifalias,
  }));
}
