import type { OverlayTables } from '../kernel.ts';
import { type Asker, ask } from './ask.ts';
import { readForwarding, readLinks, readNeighbours } from './ip-answers.ts';

/** Where engines keep the namespaces of overlays. */
const FOLDERS = ['/run/docker/netns', '/var/run/docker/netns'];

/**
 * The tables of every overlay that the host's kernel has, also of those that its engine has no more. A namespace is named
 * `N-ID`, cut after 12 characters; N grows each time that the engine makes it anew, and the newest is the one in use.
 */
export async function readOverlays(asker: Asker): Promise<OverlayTables[]> {
  const found = await listNamespaces(asker);
  return await Promise.all(
    [...found].map(async ([idPrefix, namespace]) => {
      const inside = { path: namespace };
      const [links, forwarding, neighbours] = await Promise.all([
        ask(asker, inside, ['ip', '-j', '-d', '-s', 'address', 'show'], readLinks),
        ask(asker, inside, ['bridge', '-j', 'fdb', 'show'], readForwarding),
        ask(asker, inside, ['ip', '-4', '-j', 'neighbour', 'show'], readNeighbours),
      ]);
      return {
        idPrefix,
        namespace,
        vxlans: links.flatMap(({ link, vxlan }) =>
          vxlan === undefined
            ? []
            : [
                {
                  ...link,
                  ...vxlan,
                  forwarding: forwarding
                    .filter(({ device }) => device === link.name)
                    .map(({ mac, destination, isPermanent }) => ({
                      mac,
                      destination,
                      isPermanent,
                    })),
                },
              ],
        ),
        bridges: links.flatMap(({ link }) => (link.kind === 'bridge' ? [link] : [])),
        neighbours,
      };
    }),
  );
}

/** The newest namespace of each overlay, by what its name tells of the overlay's id. */
async function listNamespaces({ probe, signal }: Asker): Promise<Map<string, string>> {
  const newest = new Map<string, { readonly count: number; readonly path: string }>();
  for (const folder of FOLDERS) {
    // An engine that never had a container has no such folder.
    const names = await probe.list(folder, { signal }).catch(() => undefined);
    if (names === undefined) continue;
    for (const name of names) {
      const [, count = '', idPrefix = ''] = /^(\d+)-(\w+)$/.exec(name) ?? [];
      if (idPrefix === '' || Number(count) <= (newest.get(idPrefix)?.count ?? 0)) continue;
      newest.set(idPrefix, { count: Number(count), path: `${folder}/${name}` });
    }
    break;
  }
  return new Map([...newest].map(([idPrefix, { path }]) => [idPrefix, path]));
}
