import type { PathsView, Protocol, Trial } from '../../check/model/views/paths-view.ts';

/** The kinds of probes from one host to another: first on the hosts' network, then through the overlay. */
export const pathColumns = ['host', 'gossip', 'vxlan', 'icmp', 'large', 'tcp', 'udp'] as const;
export type PathColumn = (typeof pathColumns)[number];

const columnHints: Readonly<Partial<Record<PathColumn, string>>> = {
  host: 'outside the overlay',
  gossip: 'port 7946',
  large: 'packets of full MTU size',
};

/** Returns a short explanation of a column, if it needs one. */
export function hintOf(column: PathColumn, vxlanPort: number): string | undefined {
  return column === 'vxlan' ? `${vxlanPort}/udp` : columnHints[column];
}

/** The outcome of all trials of one kind between two hosts. */
export interface PathCell {
  readonly state: 'answered' | 'arrived' | 'lost' | 'mixed';
  readonly tried: number;
  /** The number of packets captured at the other end. */
  readonly arrived: number;
  /** The number of answered packets; a VXLAN packet has no answer, and counts when it arrives. */
  readonly answered: number;
}

/** The outcome of all trials from one host to another; cells without trials are absent. */
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

/** Groups all live probes of an audit by ordered pair of hosts, in the hosts' order. */
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

/** Returns the trials of a column by host names, for a grid. */
export function cellsOf(
  pairs: readonly PathPair[],
  column: PathColumn,
): (from: string, to: string) => PathCell | undefined {
  const cells = new Map(pairs.map(({ from, to, cells: own }) => [`${from}\n${to}`, own[column]]));
  return (from, to) => cells.get(`${from}\n${to}`);
}

/** The signs for states of a cell. */
export const signs = { answered: '✔', arrived: '→', lost: '✖', mixed: '½', untried: '·' } as const;
export type Sign = keyof typeof signs;

/** The meanings of the signs. */
export const meanings: Readonly<Record<Sign, string>> = {
  answered: 'answered',
  arrived: 'arrived, but the answer did not',
  lost: 'did not arrive',
  mixed: 'partly',
  untried: 'not tried',
};

/** Returns the signs that occur in these cells, in their own order. */
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

/** Groups columns with equal cells for every pair, so that one problem is shown once. */
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

/** Returns true if all trials there passed in both directions. */
export function isFine(cell: PathCell | undefined): boolean {
  return cell === undefined || cell.state === 'answered';
}

function outcomesOf({ hostTrials, gossip, tunnels, trials }: PathsView): Outcome[] {
  return [
    ...hostTrials.map((trial) => outcomeOf(trial, 'host')),
    // Encrypted gossip cannot be queried, only captured; without either, nothing was tried.
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
