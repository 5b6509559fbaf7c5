import { runCommand } from '../process/run-command.ts';
import { type AddressRange, overlap, parseAddress } from './address-range.ts';

/** What the host reaches, and through which interface. */
export interface Route {
  readonly range: AddressRange;
  readonly device: string;
}

/** The host's IPv4 routes of all tables, without default routes. */
export async function readRoutes(env: Readonly<Record<string, string>>): Promise<Route[]> {
  const { stdout } = await runCommand('ip', ['-json', '-4', 'route', 'show', 'table', 'all'], {
    env,
    title: 'read the host’s routes',
  });
  const rows = JSON.parse(stdout === '' ? '[]' : stdout) as { dst: string; dev?: string }[];
  return rows.flatMap(({ dst, dev = 'none' }) => {
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
