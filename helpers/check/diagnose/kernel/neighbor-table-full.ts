import type { Diagnosis, Action } from '../../model/diagnosis.ts';
import type { Difference } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { type FullTable, findFullTables, isStuck } from '../../derive/kernel/neighbor-overflow.ts';
import { isApplicationSymptom, isAt } from '../consequences.ts';
import type { Rule } from '../rule.ts';

/**
 * A neighbor table that is full. Engines raise the limits when they create their first overlay, except in a network
 * namespace, which has no such settings.
 */
export const neighborTableFull: Rule = {
  name: 'neighbour-table-full',
  explain: (open, observation) => {
    const refused = open.filter(({ kind }) => kind === 'neighbours-refused');
    if (refused.length === 0) return [];
    const kernels = Map.groupBy(
      findFullTables(observation),
      ({ host, table }) => table.boot || host,
    );
    const claimed = new Set<Difference>();
    return [...kernels.values()].flatMap((tables): Diagnosis[] => {
      const hosts = tables.map(({ host }) => host);
      const evidence = refused.filter(({ where }) => hosts.includes(where.host ?? ''));
      const [first] = tables;
      if (first === undefined || evidence.length === 0) return [];
      const consequences = open.filter(
        (one) =>
          !claimed.has(one) &&
          hosts.some(
            (host) =>
              (isAt(one, host) && isOfNeighbors(one, observation)) ||
              isApplicationSymptom(one, observation, host),
          ),
      );
      for (const one of consequences) claimed.add(one);
      return [
        {
          code: 'neighbour-table-full',
          where: hosts.length === 1 ? { host: first.host } : {},
          summary: summarize(hosts, first),
          evidence,
          consequences,
          action: actionFor(tables),
        },
      ];
    });
  },
};

function summarize(hosts: readonly string[], { table: { capacity: room } }: FullTable): string {
  const whose =
    hosts.length === 1
      ? `the neighbor table of ${hosts.join()}`
      : `the shared neighbor table of ${hosts.join(', ')}`;
  return `${whose} is full at ${room} entries, so packets are dropped`;
}

/** The limits that engines set if possible (libnetwork's overlay driver, `applyOStweaks`). */
const LIMITS = { gc_thresh1: 8192, gc_thresh2: 49_152, gc_thresh3: 65_536 } as const;

function actionFor(tables: readonly FullTable[]): Action {
  const host = tables.find(({ table }) => table.isSettable)?.host;
  const settings = Object.entries(LIMITS).map(
    ([name, value]) => `net.ipv4.neigh.default.${name}=${value}`,
  );
  const where =
    host === undefined
      ? ' Run it on the machine under these hosts: they are network namespaces and have no such settings.'
      : '';
  return {
    kind: 'fix',
    host,
    commands: [['sysctl', '-w', ...settings]],
    effect: `Raises the capacity of the neighbor table to ${LIMITS.gc_thresh3} entries until the next boot, as engines do where they can.${where}`,
  };
}

const symptoms: ReadonlySet<Difference['kind']> = new Set<Difference['kind']>([
  'host-path-dead',
  'gossip-path-dead',
  'tunnel-dead',
  'container-path-dead',
]);

/** Returns true if all lost packets of this path ended where a kernel needs a neighbor entry. */
function isOfNeighbors({ kind, where }: Difference, { paths }: Observation): boolean {
  if (!symptoms.has(kind)) return false;
  const { hostTrials = [], trials = [] } = valueOf(paths) ?? {};
  const lost = [...hostTrials, ...trials].filter(
    ({ answered, from, to }) =>
      !answered &&
      from.host === where.host &&
      to.host === where.peer &&
      (where.container === undefined || from.container === where.container) &&
      (where.towards === undefined || to.container === where.towards),
  );
  return lost.length > 0 && lost.every(isStuck);
}
