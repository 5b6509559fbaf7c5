import { describe, expect, test } from 'vitest';
import type { Difference } from '../../../../helpers/check/model/difference.ts';
import { diagnoseDifferences } from '../../../../helpers/check/diagnose/diagnose.ts';
import type { Rule } from '../../../../helpers/check/diagnose/rule.ts';
import { observationOf } from '../observation.ts';

const cause = differ('forwarding-missing', 'worker-host has no entry for web');
const consequence = differ('container-path-dead', 'db does not reach web');
const other = differ('name-mismatch', 'db has another address for cache');

/** Explains a dead path by a missing entry. */
const forwarding: Rule = {
  name: 'forwarding',
  explain: (open) =>
    open
      .filter(({ kind }) => kind === 'forwarding-missing')
      .map((difference) => ({
        code: 'forwarding-entry-missing',
        where: difference.where,
        summary: difference.text,
        evidence: [difference],
        consequences: open.filter(({ kind }) => kind === 'container-path-dead'),
      })),
};

/** Explains every dead path by a blocked one. */
const paths: Rule = {
  name: 'paths',
  explain: (open) =>
    open
      .filter(({ kind }) => kind === 'container-path-dead')
      .map((difference) => ({
        code: 'vxlan-blocked',
        where: difference.where,
        summary: difference.text,
        evidence: [difference],
        consequences: [],
      })),
};

describe('Rules', () => {
  test('find nothing without differences', () => {
    expect(diagnoseDifferences([], observationOf({}), [forwarding, paths])).toEqual([]);
  });

  test('explain a consequence of a cause by no second cause', () => {
    const found = diagnoseDifferences([consequence, cause], observationOf({}), [forwarding, paths]);
    expect(found.map(({ code }) => code)).toEqual(['forwarding-entry-missing']);
    expect(found[0]?.consequences).toEqual([consequence]);
  });

  test('explain the same difference by its own cause without the other one', () => {
    const found = diagnoseDifferences([consequence], observationOf({}), [forwarding, paths]);
    expect(found.map(({ code }) => code)).toEqual(['vxlan-blocked']);
  });

  test('suggest a trace of a lost path only if nothing better is known to do', () => {
    const where = { host: 'master-host', peer: 'worker-host', container: 'db', towards: 'web' };
    const lost = { ...consequence, where };
    const [found] = diagnoseDifferences([lost], observationOf({}), [paths]);
    expect(found?.action).toMatchObject({
      kind: 'next-step',
      commands: [['overlay-e2e', 'trace', 'db', 'web']],
    });
    expect(found?.action?.host).toBeUndefined();
    const action = { kind: 'fix', commands: [['ip', 'link']], effect: 'Restores it.' } as const;
    const better: Rule = {
      name: 'better',
      explain: (open, observation) =>
        paths.explain(open, observation).map((one) => ({ ...one, action })),
    };
    expect(diagnoseDifferences([lost], observationOf({}), [better])[0]?.action).toEqual(action);
    const [unexplained] = diagnoseDifferences([lost, other], observationOf({}), []);
    expect(unexplained).toMatchObject({
      code: 'unexplained',
      action: { commands: [['overlay-e2e', 'trace', 'db', 'web']] },
    });
  });

  test('report all differences that no rule explains as unexplained, next to the explained ones', () => {
    const found = diagnoseDifferences([other, cause], observationOf({}), [forwarding, paths]);
    expect(found).toMatchObject([
      { code: 'forwarding-entry-missing' },
      { code: 'unexplained', evidence: [other], where: other.where },
    ]);
  });
});

function differ(kind: Difference['kind'], text: string): Difference {
  const where = { host: 'master-host' };
  // The rules of this file do not read these values.
  return { kind, where, expected: null, observed: null, text } as unknown as Difference;
}
