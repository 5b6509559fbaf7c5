import { expect, test } from 'vitest';
import type { Diagnosis } from '../../../helpers/check/model/diagnosis.ts';
import { type Defect, findMistakes, withoutAlongside } from '../../diagnosis/defect.ts';

const lost: Defect = {
  code: 'swarm-quorum-lost',
  way: 'the engine of another manager is stopped',
  where: {},
  alongside: [{ code: 'engine-unreachable', where: { host: 'worker-host' } }],
  fault: () => {
    throw new Error('not injected here');
  },
};

function diagnosis(code: Diagnosis['code'], where: Diagnosis['where']): Diagnosis {
  return { code, where, summary: code, evidence: [], consequences: [] };
}

const quorum = diagnosis('swarm-quorum-lost', {});
const worker = diagnosis('engine-unreachable', { host: 'worker-host' });

test('A defect and the findings alongside it must all be found, and nothing else', () => {
  expect(findMistakes([lost], [quorum, worker])).toEqual([]);
  expect(findMistakes([lost], [quorum])).toEqual([
    'not found: engine-unreachable at host worker-host (the engine of another manager is stopped)',
  ]);
  const third = diagnosis('engine-unreachable', { host: 'third-host' });
  expect(findMistakes([lost], [quorum, worker, third])).toEqual([
    'unexpected: engine-unreachable at host third-host: engine-unreachable',
  ]);
  expect(withoutAlongside(lost, [quorum, worker, third])).toEqual([quorum, third]);
});
