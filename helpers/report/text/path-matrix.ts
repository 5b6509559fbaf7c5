import type { PathsView, Protocol, Trial } from '../../check/model/paths-view.ts';

/** What is asked on the way from one host to another: first on the hosts' own network, then through the overlay. */
export const pathColumns = ['host', 'gossip', 'vxlan', 'icmp', 'large', 'tcp', 'udp'] as const;
export type PathColumn = (typeof pathColumns)[number];

/** What a column is, in the fewest words, where its name does not say it. */
export const columnHints: Readonly<Partial<Record<PathColumn, string>>> = {
  host: 'outside the overlay',
  gossip: 'port 7946',
  vxlan: '4789/udp',
  large: 'packets of full MTU size',
};

/** What came of all trials of one kind between two hosts. */
export interface PathCell {
  readonly state: 'answered' | 'arrived' | 'lost' | 'mixed';
  readonly tried: number;
  /** How many were seen at the other end. */
  readonly arrived: number;
  /** How many got their answer back; a VXLAN packet gets none, and counts when it has come out. */
  readonly answered: number;
}

/** What came of all trials from one host to another; without a cell where nothing was tried. */
export interface PathPair {
  readonly from: string;
  readonly to: string;
  readonly cells: Readonly<Partial<Record<PathColumn, PathCell>>>;
}

interface Outcome {
  readonly from: string;
  readonly to: string;
  readonly column: PathColumn;
  readonly arrived: boolean;
  readonly answered: boolean;
}

/** All live probes of an audit, by ordered pair of hosts, in the hosts' order. */
export function matrixOf(paths: PathsView, hosts: readonly string[]): PathPair[] {
  const outcomes = Map.groupBy(outcomesOf(paths), ({ from, to }) => `${from}\n${to}`);
  return hosts.flatMap((from) =>
    hosts.flatMap((to): PathPair[] => {
      const own = outcomes.get(`${from}\n${to}`);
      if (own === undefined) return [];
      const tried = Map.groupBy(own, ({ column }) => column);
      const cells = [...tried].map(([column, some]) => [column, cellOf(some)] as const);
      return [{ from, to, cells: Object.fromEntries(cells) }];
    }),
  );
}

/** What was tried from one host to another in that column, for drawing a grid. */
export function cellsOf(
  pairs: readonly PathPair[],
  column: PathColumn,
): (from: string, to: string) => PathCell | undefined {
  const cells = new Map(pairs.map(({ from, to, cells: own }) => [`${from}\n${to}`, own[column]]));
  return (from, to) => cells.get(`${from}\n${to}`);
}

/** How the states of a cell are shown where there is room for one character. */
export const signs = { answered: '✔', arrived: '→', lost: '✖', mixed: '½', untried: '·' } as const;
export type Sign = keyof typeof signs;

/** What the signs mean. */
export const meanings: Readonly<Record<Sign, string>> = {
  answered: 'answered',
  arrived: 'arrived, but the answer did not',
  lost: 'did not arrive',
  mixed: 'partly',
  untried: 'not tried',
};

/** The signs that are seen in these cells, in their own order. */
export function signsIn(pairs: readonly PathPair[], columns: readonly PathColumn[]): Sign[] {
  const states = new Set(
    pairs.flatMap((pair) =>
      columns
        .filter((column) => isAskable(pair, column))
        .map((column) => pair.cells[column]?.state ?? 'untried'),
    ),
  );
  return (Object.keys(signs) as Sign[]).filter((state) => states.has(state));
}

/** Within a host only its containers have a way to each other. */
export function isAskable({ from, to, cells }: PathPair, column: PathColumn): boolean {
  return from !== to || cells[column] !== undefined;
}

/** Columns that have something in them. */
export function columnsIn(pairs: readonly PathPair[]): PathColumn[] {
  return pathColumns.filter((column) => pairs.some(({ cells }) => cells[column]));
}

/** Columns that look alike at every pair, together: what dies for one reason is told once. */
export function groupAlike(
  pairs: readonly PathPair[],
  columns: readonly PathColumn[],
): PathColumn[][] {
  const groups = new Map<string, PathColumn[]>();
  for (const column of columns) {
    const pattern = pairs.map(({ cells }) => cells[column]?.state ?? '').join();
    groups.set(pattern, [...(groups.get(pattern) ?? []), column]);
  }
  return [...groups.values()];
}

/** Whether all that was tried there got through and back. */
export function isFine(cell: PathCell | undefined): boolean {
  return cell === undefined || cell.state === 'answered';
}

function outcomesOf({ hostTrials, gossip, tunnels, trials }: PathsView): Outcome[] {
  return [
    ...hostTrials.map((trial) => outcomeOf(trial, 'host')),
    // Where engines encrypt their gossip it cannot be asked, but watched; where it could be neither, nothing was tried.
    ...gossip.flatMap(({ from, to, answered, seen, error }): Outcome[] => {
      const passed = answered || seen === true;
      if (!passed && seen === undefined && error === undefined) return [];
      return [{ from, to, column: 'gossip', arrived: passed, answered: passed }];
    }),
    ...tunnels.map(({ from, to, cameOut }): Outcome => {
      return { from, to, column: 'vxlan', arrived: cameOut, answered: cameOut };
    }),
    ...trials.map((trial) => outcomeOf(trial, columnOf(trial.protocol))),
  ];
}

function outcomeOf({ from, to, arrived, answered }: Trial, column: PathColumn): Outcome {
  return { from: from.host, to: to.host, column, arrived: arrived || answered, answered };
}

function columnOf(protocol: Protocol): PathColumn {
  if (protocol === 'icmp' || protocol === 'tcp' || protocol === 'udp') return protocol;
  return 'large';
}

function cellOf(outcomes: readonly Outcome[]): PathCell {
  const tried = outcomes.length;
  const arrived = outcomes.filter((one) => one.arrived).length;
  const answered = outcomes.filter((one) => one.answered).length;
  return { state: stateOf(tried, arrived, answered), tried, arrived, answered };
}

function stateOf(tried: number, arrived: number, answered: number): PathCell['state'] {
  if (answered === tried) return 'answered';
  if (answered > 0) return 'mixed';
  if (arrived === tried) return 'arrived';
  return arrived === 0 ? 'lost' : 'mixed';
}
