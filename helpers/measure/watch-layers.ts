import { setTimeout as delay } from 'node:timers/promises';
import { placeInWords } from '../check/model/difference.ts';
import type { AuditReport, ComparisonResult } from '../check/model/report.ts';
import { firstLine } from '../process/errors/harness-error.ts';
import {
  type LayerResult,
  type LayerState,
  type LeftFinding,
  type MeasuredLayer,
  measuredLayers,
} from './measurement.ts';

/** The states of all layers in one check, or the reason why it could not complete. */
export interface LayerRound {
  /** Milliseconds since 1970 at which the check ended. */
  readonly at: number;
  readonly states: ReadonlyMap<MeasuredLayer, LayerState>;
  readonly findings: readonly LeftFinding[];
  readonly failure?: string;
}

export interface WatchLayersOptions {
  readonly audit: () => Promise<AuditReport>;
  /** Tells if all paths answer: without that, the watch goes on. */
  readonly isDone: () => boolean;
  /** Milliseconds. */
  readonly limit: number;
  readonly signal: AbortSignal | undefined;
}

/** Milliseconds between two checks. */
const PAUSE = 250;

/** Checks the cluster repeatedly until all layers are correct, or until the limit. */
export async function watchLayers(options: WatchLayersOptions): Promise<LayerRound[]> {
  const { audit, isDone, limit, signal } = options;
  const rounds: LayerRound[] = [];
  const until = Date.now() + limit;
  for (;;) {
    const round = await audit().then(roundOf, (error: unknown) => {
      signal?.throwIfAborted();
      return failedRound(firstLine(error));
    });
    rounds.push(round);
    if ((isCorrect(round) && isDone()) || Date.now() > until) return rounds;
    await delay(PAUSE, undefined, signal === undefined ? {} : { signal });
  }
}

/** Returns the layers of a report. */
export function roundOf({
  comparisons,
  diagnoses,
  coverage: { unexamined },
  verdict,
}: AuditReport): LayerRound {
  const open = comparisons.flatMap((one) =>
    one.state === 'skipped' && one.because === 'failed' ? [one.name] : [],
  );
  const missing = [...unexamined, ...open].join(', ');
  return {
    at: Date.now(),
    states: new Map(measuredLayers.map((layer) => [layer, stateOf(layer, comparisons)])),
    findings: diagnoses.map(({ code, where, summary }) => ({
      code,
      where: placeInWords(where),
      summary,
    })),
    ...(missing === '' && verdict !== 'incomplete'
      ? {}
      : { failure: `not examined: ${missing || 'anything'}` }),
  };
}

function failedRound(failure: string): LayerRound {
  const states = new Map(measuredLayers.map((layer) => [layer, 'not-examined' as const]));
  return { at: Date.now(), states, findings: [], failure };
}

function isCorrect({ states, findings, failure }: LayerRound): boolean {
  const isWrong = [...states.values()].includes('wrong');
  return failure === undefined && findings.length === 0 && !isWrong;
}

function stateOf(layer: MeasuredLayer, comparisons: readonly ComparisonResult[]): LayerState {
  const own = comparisons.filter((one) => layerOf(one) === layer);
  if (own.some(({ state }) => state === 'failed')) return 'wrong';
  // A part that could not be examined may be wrong; a part that the cluster does not have is not.
  if (own.some((one) => one.state === 'skipped' && one.because === 'failed')) return 'not-examined';
  return own.some(({ state }) => state === 'passed') ? 'correct' : 'not-examined';
}

function layerOf({ name, layer }: ComparisonResult): MeasuredLayer {
  if (name.startsWith('gossip-')) return 'gossip';
  if (name === 'managers' || name === 'swarm-quorum' || name === 'swarm-members') {
    return 'store or managers';
  }
  switch (layer) {
    case 'keystore':
      return 'store or managers';
    case 'kernel':
      return 'kernel tables';
    case 'paths':
      return 'packets';
    default:
      return layer;
  }
}

/** Returns the layers that the cluster has, with the time from which on each was correct. */
export function layersOf(rounds: readonly LayerRound[], start: number): LayerResult[] {
  return measuredLayers.flatMap((layer): LayerResult[] => {
    const states = rounds.map(({ at, states: all }) => {
      return { at: at - start, state: all.get(layer) ?? ('not-examined' as const) };
    });
    if (states.every(({ state }) => state === 'not-examined')) return [];
    const lastWrong = states.findLastIndex(({ state }) => state !== 'correct');
    const correctAt = states[lastWrong + 1]?.at;
    return [{ layer, states, ...(correctAt === undefined ? {} : { correctAt }) }];
  });
}
