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

/** A network interface of this process's own network namespace. */
export interface HostLink {
  readonly name: string;
  /** Its MAC address. */
  readonly address: string;
  readonly alias: string;
}

/**
 * The network interfaces of this process's network namespace. The kernel is asked by `ip`: /sys/class/net shows the
 * namespace in which that sysfs was mounted, which may be another one.
 */
export async function readLinks(env: Readonly<Record<string, string>>): Promise<HostLink[]> {
  const title = 'read the host’s links';
  const { stdout } = await runCommand('ip', ['-json', 'link', 'show'], { env, title });
  const rows = linkRows.parse(stdout.trim() === '' ? [] : parseJson(stdout));
  return rows.map(({ ifname, address = '', ifalias = '' }) => ({
    name: ifname,
    address,
    alias: ifalias,
  }));
}
