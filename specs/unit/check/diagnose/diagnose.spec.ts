import { describe, expect, test } from 'vitest';
import type { Difference } from '../../../../helpers/check/model/difference.ts';
import { diagnoseDifferences } from '../../../../helpers/check/diagnose/diagnose.ts';
import type { Rule } from '../../../../helpers/check/diagnose/rule.ts';
import { observationOf } from '../observation.ts';

const cause = differ('forwarding-absent', 'worker-host has no entry for web');
const consequence = differ('container-path-dead', 'db does not reach web');
const other = differ('name-other', 'db has another address for cache');

/** Takes the entry that is missing for the cause of the path that is dead. */
const forwarding: Rule = {
  name: 'forwarding',
  explain: (open) =>
    open
      .filter(({ kind }) => kind === 'forwarding-absent')
      .map((difference) => ({
        code: 'forwarding-entry-missing',
        where: difference.where,
        summary: difference.text,
        evidence: [difference],
        consequences: open.filter(({ kind }) => kind === 'container-path-dead'),
      })),
};

/** Would take any dead path for a blocked one. */
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

describe('Judging differences', () => {
  test('nothing that differs is nothing wrong', () => {
    expect(diagnoseDifferences([], observationOf({}), [forwarding, paths])).toEqual([]);
  });

  test('a consequence of one cause is no second cause', () => {
    const found = diagnoseDifferences([consequence, cause], observationOf({}), [forwarding, paths]);
    expect(found.map(({ code }) => code)).toEqual(['forwarding-entry-missing']);
    expect(found[0]?.consequences).toEqual([consequence]);
  });

  test('the same difference without its cause is one of its own', () => {
    const found = diagnoseDifferences([consequence], observationOf({}), [forwarding, paths]);
    expect(found.map(({ code }) => code)).toEqual(['vxlan-blocked']);
  });

  test('what no rule explains is said to be unexplained, all of it, beside what is explained', () => {
    const found = diagnoseDifferences([other, cause], observationOf({}), [forwarding, paths]);
    expect(found).toMatchObject([
      { code: 'forwarding-entry-missing' },
      { code: 'unexplained', evidence: [other], where: other.where },
    ]);
  });
});

function differ(kind: Difference['kind'], text: string): Difference {
  const where = { host: 'master-host' };
  // The rules of this file do not read its values.
  return { kind, where, expected: null, observed: null, text } as unknown as Difference;
}
