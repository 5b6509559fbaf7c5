import { describe, expect, test } from 'vitest';
import type { AuditReport } from '../../../helpers/check/model/report.ts';
import { type MeasuredLayer, measuredLayers } from '../../../helpers/measure/measurement.ts';
import {
  type LayerRound,
  layersOf,
  roundOf,
  watchLayers,
} from '../../../helpers/measure/watch-layers.ts';

function round(at: number, ...wrong: MeasuredLayer[]): LayerRound {
  const states = measuredLayers.map((layer) => {
    return [layer, wrong.includes(layer) ? 'wrong' : 'correct'] as const;
  });
  return { at, states: new Map(states), findings: [] };
}

/** The parts of a report that layers are made of. */
function report(
  comparisons: readonly { name: string; layer: string; state: string; because?: string }[],
  unexamined: readonly string[] = [],
): AuditReport {
  return {
    comparisons,
    diagnoses: [],
    coverage: { unexamined },
    verdict: 'healthy',
  } as unknown as AuditReport;
}

describe('The layers of a measurement', () => {
  test('are correct from the first check on that none of them contradicts later', () => {
    const rounds = [
      round(1100, 'gossip', 'packets'),
      round(1200, 'packets'),
      round(1300, 'gossip'),
      round(1400),
    ];
    const times = new Map(layersOf(rounds, 1000).map(({ layer, correctAt }) => [layer, correctAt]));
    expect(times.get('gossip')).toBe(400);
    expect(times.get('packets')).toBe(300);
    expect(times.get('engines')).toBe(100);
  });

  test('that are wrong at the end have no time', () => {
    const layers = layersOf([round(1100), round(1200, 'names')], 1000);
    expect(layers.find(({ layer }) => layer === 'names')).not.toHaveProperty('correctAt');
  });

  test('are wrong or unexamined if one of their comparisons is', () => {
    const { states } = roundOf(
      report([
        { name: 'gossip-paths', layer: 'paths', state: 'failed' },
        { name: 'container-paths', layer: 'paths', state: 'passed' },
        { name: 'names-right', layer: 'names', state: 'passed' },
        { name: 'service-names', layer: 'names', state: 'skipped', because: 'failed' },
        { name: 'kernel-devices', layer: 'kernel', state: 'passed' },
        { name: 'encryption-keys', layer: 'kernel', state: 'skipped', because: 'not-applicable' },
      ]),
    );
    expect(Object.fromEntries(states)).toMatchObject({
      gossip: 'wrong',
      packets: 'correct',
      names: 'not-examined',
      'kernel tables': 'correct',
      services: 'not-examined',
    });
  });

  test('are watched until they are correct and all paths answer', async () => {
    let answers = 0;
    const rounds = await watchLayers({
      audit: async () =>
        await Promise.resolve(report([{ name: 'names-right', layer: 'names', state: 'passed' }])),
      isDone: () => {
        answers += 1;
        return answers === 3;
      },
      limit: 60_000,
      signal: undefined,
    });
    expect(rounds).toHaveLength(3);
  });

  test('of a cluster with an unexamined member are watched until the limit', async () => {
    const incomplete = report([{ name: 'names-right', layer: 'names', state: 'passed' }], ['x']);
    const rounds = await watchLayers({
      audit: async () => await Promise.resolve(incomplete),
      isDone: () => true,
      limit: 300,
      signal: undefined,
    });
    expect(rounds.length).toBeGreaterThan(1);
    expect(rounds.at(-1)?.failure).toBe('not examined: x');
  });

  test('of a check that could not examine a part are watched until the limit', async () => {
    const rounds = await watchLayers({
      audit: async () =>
        await Promise.resolve(
          report([
            { name: 'names-right', layer: 'names', state: 'passed' },
            { name: 'tunnels', layer: 'paths', state: 'skipped', because: 'failed' },
          ]),
        ),
      isDone: () => true,
      limit: 300,
      signal: undefined,
    });
    expect(rounds.length).toBeGreaterThan(1);
    expect(rounds.at(-1)?.failure).toBe('not examined: tunnels');
  });

  test('of a check that fails are not examined', async () => {
    const rounds = await watchLayers({
      audit: async () => await Promise.reject(new Error('no engine answers')),
      isDone: () => true,
      limit: 0,
      signal: undefined,
    });
    expect(rounds.at(-1)).toMatchObject({ failure: 'no engine answers' });
    expect(layersOf(rounds, 0)).toEqual([]);
  });
});
