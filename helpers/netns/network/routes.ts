import { z } from 'zod';
import { parseJson } from '../../process/text/parse-json.ts';
import { runCommand } from '../../process/run-command.ts';
import { type AddressRange, contains, overlap, readRange } from '../../process/address-range.ts';

const routeRows = z.array(
  z.object({ type: z.string().optional(), dst: z.string(), dev: z.string().optional() }),
);

/** An address range that the host routes, and the interface of that route. */
export interface Route {
  readonly range: AddressRange;
  readonly device: string;
}

/** Returns the host's IPv4 routes of all tables, except default routes and the kernel's own broadcast routes. */
export async function readHostRoutes(env: Readonly<Record<string, string>>): Promise<Route[]> {
  const { stdout } = await runCommand('ip', ['-json', '-4', 'route', 'show', 'table', 'all'], {
    env,
    title: 'read the routes of the host',
  });
  const rows = routeRows.parse(stdout.trim() === '' ? [] : parseJson(stdout));
  const routes = rows.flatMap(({ type, dst, dev = 'none' }) => {
    // Older kernels have a broadcast route for the first address of a range, and list it before the range.
    if (type === 'broadcast') return [];
    const range = readRange(dst);
    return range === undefined || range.prefix === 0 ? [] : [{ range, device: dev }];
  });
  return withoutDefaultRoute(routes);
}

/**
 * Removes routes that together are a default route. A VPN routes 0.0.0.0/1 and 128.0.0.0/1, or the Internet except its
 * own server, because such routes win over the default route without replacing it.
 */
export function withoutDefaultRoute(routes: readonly Route[]): Route[] {
  const pieces = coverInternet(routes);
  return routes.filter((route) => !pieces.has(route) || isPrivate(route.range));
}

/** Returns the first route that overlaps a range; undefined if none does. */
export function findOverlap(routes: readonly Route[], range: AddressRange): Route | undefined {
  return routes.find((route) => overlap(route.range, range));
}

/** All unicast addresses. 0.0.0.0/8 is not a destination; 224.0.0.0/3 is multicast and reserved. */
const unicast = { from: 2 ** 24, to: 224 * 2 ** 24 };

/** Returns the largest routes that together cover all unicast addresses; an empty set if some address has no route. */
function coverInternet(routes: readonly Route[]): ReadonlySet<Route> {
  const pieces = new Set<Route>();
  let covered = unicast.from;
  const sorted = [...routes].sort(
    (a, b) => a.range.first - b.range.first || a.range.prefix - b.range.prefix,
  );
  for (const route of sorted) {
    const { first, prefix } = route.range;
    if (covered >= unicast.to) break;
    if (first > covered) return new Set();
    const end = first + 2 ** (32 - prefix);
    // Two ranges are disjoint, or one contains the other: a range that ends before `covered` is part of an earlier one.
    if (end <= covered) continue;
    pieces.add(route);
    covered = end;
  }
  return covered >= unicast.to ? pieces : new Set();
}

const privateRanges: readonly AddressRange[] = [
  { first: 10 * 2 ** 24, prefix: 8 },
  { first: 172 * 2 ** 24 + 16 * 2 ** 16, prefix: 12 },
  { first: 192 * 2 ** 24 + 168 * 2 ** 16, prefix: 16 },
];

/** Returns true if a range is private, not a part of the Internet. */
function isPrivate(range: AddressRange): boolean {
  return privateRanges.some((one) => contains(one, range));
}
