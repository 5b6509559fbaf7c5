import { titleOnMachine } from '../../process/activity.ts';
import type { RecordedActivity, SetUpRecord } from '../../topology/bring-up/set-up-record.ts';
import { widthOf } from './render-chart.ts';

/** Something that took time, placed in a lane. Seconds since the set-up began. */
export interface SetUpBar {
  readonly from: number;
  readonly to: number;
  /** The full text, a cut one, or empty for a very short bar. */
  readonly label: string;
  /** The tooltip. */
  readonly about: string;
  readonly kind: 'stage' | 'work' | 'wait';
  /** The part of the set-up that it belongs to. */
  readonly stage: string;
  readonly failed: boolean;
  /** Within its lane, from 0. */
  readonly row: number;
  /** The position of the label: in the bar, after it, or before it. */
  readonly side: 'in' | 'behind' | 'before';
}

/** The activities of one machine, or of none. */
export interface SetUpLane {
  readonly name: string;
  readonly rows: number;
  readonly bars: readonly SetUpBar[];
}

export interface SetUpPlan {
  /** Seconds. */
  readonly total: number;
  readonly stages: readonly string[];
  /** The stages first, then activities without a machine, then each machine in order of its first appearance. */
  readonly lanes: readonly SetUpLane[];
}

/** The fraction of the whole below which a bar has no label. */
const shortest = 0.025;
const longestLabel = 38;
const gap = 6;

/** Lays a recorded set-up out in lanes. @param width pixels for the whole time */
export function planSetUp(record: SetUpRecord, width: number): SetUpPlan {
  const total = Math.max(record.endedAt - record.startedAt, 1) / 1000;
  const byId = new Map(record.activities.map((one) => [one.id, one]));
  const stages = record.activities.filter((one) => isPart(one, byId));
  const rest = record.activities.filter((one) => isOutermost(one, byId));
  const lanes = Map.groupBy(rest, ({ machine }) => machine);
  const lane = (name: string, own: readonly RecordedActivity[]): SetUpLane => {
    const bars = own
      .map((one) => describeBar(one, record, { byId, total }))
      .toSorted((one, other) => one.from - other.from || other.to - one.to);
    return packBars(name, bars, { width, scale: width / total });
  };
  const machines = [...lanes].flatMap(([name, own]) =>
    name === undefined ? [] : [lane(name, own)],
  );
  const others = lanes.get(undefined) ?? [];
  return {
    total,
    stages: stages.map(({ title }) => title),
    lanes: [
      lane('stages', stages),
      ...(others.length === 0 ? [] : [lane('no machine', others)]),
      ...machines,
    ],
  };
}

type ById = ReadonlyMap<number, RecordedActivity>;

function parentOf({ parent }: RecordedActivity, byId: ById): RecordedActivity | undefined {
  return parent === undefined ? undefined : byId.get(parent);
}

/** Returns true if it is a stage without a machine, directly within the outermost one. */
function isPart(one: RecordedActivity, byId: ById): boolean {
  return isStage(one) && one.machine === undefined && parentOf(one, byId) !== undefined;
}

/** Returns true if it is not a stage, and only within stages. The parts of a command or a wait are left out. */
function isOutermost(one: RecordedActivity, byId: ById): boolean {
  if (isStage(one)) return false;
  const parent = parentOf(one, byId);
  return parent === undefined || isStage(parent);
}

function isStage({ kind }: RecordedActivity): boolean {
  return kind === 'stage';
}

function stageOf(one: RecordedActivity, byId: ById): string {
  const parent = parentOf(one, byId);
  if (isPart(one, byId)) return one.title;
  return parent === undefined ? '' : stageOf(parent, byId);
}

type UnplacedBar = Omit<SetUpBar, 'row' | 'side' | 'label'> & {
  readonly words: string;
  readonly time: string;
  readonly isTold: boolean;
};

function describeBar(
  one: RecordedActivity,
  { startedAt, endedAt }: SetUpRecord,
  { byId, total }: { byId: ById; total: number },
): UnplacedBar {
  const from = Math.max(0, one.startedAt - startedAt) / 1000;
  const to = ((one.endedAt ?? endedAt) - startedAt) / 1000;
  const failed = one.failure !== undefined || one.endedAt === undefined;
  const kind = isStage(one) ? 'stage' : one.kind === 'wait' ? 'wait' : 'work';
  const words = `${failed ? '✖ ' : ''}${kind === 'wait' ? 'waits: ' : ''}${titleOnMachine(one).replaceAll(/\s+/g, ' ').trim()}`;
  const time = `${(to - from).toFixed(1)} s`;
  return {
    from,
    to,
    kind,
    failed,
    stage: stageOf(one, byId),
    words,
    time,
    isTold: failed || kind === 'stage' || (to - from) / total >= shortest,
    about: `${words}: ${from.toFixed(1)} s to ${to.toFixed(1)} s, ${time}${one.failure === undefined ? '' : `; ${one.failure}`}`,
  };
}

/** Each bar goes into the first row that has room for it and for its label. */
function packBars(
  name: string,
  bars: readonly UnplacedBar[],
  { width, scale }: { readonly width: number; readonly scale: number },
): SetUpLane {
  const ends: number[] = [];
  const placed = bars.map((bar): SetUpBar => {
    const left = bar.from * scale;
    const right = Math.max(bar.to * scale, left + 2);
    const { side, label } = placeLabel(bar, {
      in: right - left,
      behind: width - right,
      before: left,
    });
    const reach = label === '' ? 0 : widthOf(label) + gap;
    const start = side === 'before' ? left - reach : left;
    const free = ends.findIndex((end) => end <= start);
    const row = free === -1 ? ends.length : free;
    ends[row] = (side === 'behind' ? right + reach : right) + gap / 2;
    return { ...bar, row, side, label };
  });
  return { name, bars: placed, rows: ends.length };
}

/** Places a label at a side with enough room, or cut at the side with the most. */
function placeLabel(
  { words, time, isTold }: UnplacedBar,
  room: Readonly<Record<SetUpBar['side'], number>>,
): Pick<SetUpBar, 'side' | 'label'> {
  if (!isTold) return { side: 'in', label: '' };
  const label = `${cut(words, longestLabel)} ${time}`;
  const sides = Object.keys(room) as SetUpBar['side'][];
  const fitting = sides.find((side) => widthOf(label) + gap <= room[side]);
  if (fitting !== undefined) return { side: fitting, label };
  const side = sides.reduce((best, one) => (room[one] > room[best] ? one : best));
  const characters = Math.floor((room[side] - gap) / widthOf('x')) - time.length - 1;
  return { side, label: `${cut(words, characters)} ${time}` };
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`;
}
