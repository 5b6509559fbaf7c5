import { runCommand } from '../process/run-command.ts';
import { type AddressRange, overlap, parseAddress } from './address-range.ts';

/** What the host reaches, and through which interface. */
export interface Route {
  readonly range: AddressRange;
  readonly device: string;
}

/** The host's IPv4 routes of all tables, without default routes and what a kernel adds for broadcasts. */
export async function readRoutes(env: Readonly<Record<string, string>>): Promise<Route[]> {
  const { stdout } = await runCommand('ip', ['-json', '-4', 'route', 'show', 'table', 'all'], {
    env,
    title: 'read the host’s routes',
  });
  const rows = JSON.parse(stdout === '' ? '[]' : stdout) as {
    type?: string;
    dst: string;
    dev?: string;
  }[];
  return rows.flatMap(({ type, dst, dev = 'none' }) => {
    // Older kernels have one for the first address of a range, and list it before the range.
    if (type === 'broadcast') return [];
    const [text = '', length = '32'] = dst.split('/');
    const first = parseAddress(text);
    const prefix = Number(length);
    return first === undefined || prefix === 0 ? [] : [{ range: { first, prefix }, device: dev }];
  });
}

/** The route that is in the way of a range, if there is one. */
export function findOverlap(routes: readonly Route[], range: AddressRange): Route | undefined {
  return routes.find((route) => overlap(route.range, range));
}
