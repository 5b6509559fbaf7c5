import { expect, test } from 'vitest';
import type {
  Difference,
  DifferenceKind,
  Place,
} from '../../../../helpers/check/model/difference.ts';
import {
  duplicateEngineId,
  duplicateHostname,
} from '../../../../helpers/check/diagnose/members/duplicates.ts';
import { diagnoseDifferences } from '../../../../helpers/check/diagnose/diagnose.ts';
import { observationOf } from '../observation.ts';

function differ(kind: DifferenceKind, where: Place): Difference {
  // The rules of this file do not read these values.
  return { kind, where, expected: null, observed: null, text: kind } as unknown as Difference;
}

const shared = differ('hostname-shared', { host: 'third-host', peer: 'worker-host' });
const thirdFromMaster = { host: 'third-host', peer: 'master-host', container: 'tomcat-app' };

// The differences of a check after an engine was started with the hostname of another: it has no gossip at all.
const deaf = [
  differ('gossip-unaware', { host: 'third-host' }),
  differ('gossip-unaware', { host: 'master-host', peer: 'third-host' }),
  differ('gossip-path-dead', { host: 'master-host', peer: 'third-host' }),
];
const unheard = [
  differ('forwarding-missing', thirdFromMaster),
  differ('neighbour-missing', thirdFromMaster),
  differ('container-path-dead', { host: 'master-host', peer: 'third-host' }),
];
const elsewhere = [
  differ('forwarding-missing', { host: 'master-host', peer: 'fourth-host' }),
  differ('tunnel-dead', { host: 'master-host', peer: 'third-host' }),
];

test('An engine without gossip because of a duplicate name lacks only data from all hosts', () => {
  const all = [shared, ...deaf, ...unheard, ...elsewhere];
  expect(diagnoseDifferences(all, observationOf({}), [duplicateHostname])).toMatchObject([
    { code: 'duplicate-hostname', evidence: [shared], consequences: [...deaf, ...unheard] },
    { code: 'unexplained', evidence: elsewhere },
  ]);
});

test("An engine with a duplicate name may lack a third host's data for another reason", () => {
  expect(
    diagnoseDifferences([shared, ...unheard], observationOf({}), [duplicateHostname]),
  ).toMatchObject([
    { code: 'duplicate-hostname', consequences: [] },
    { code: 'unexplained', evidence: unheard },
  ]);
});

test('Two engines with one ID are one finding, with a fix on the cloned host', () => {
  const sharedId = differ('engine-id-shared', { host: 'third-host', peer: 'worker-host' });
  expect(
    diagnoseDifferences([sharedId, ...elsewhere], observationOf({}), [duplicateEngineId]),
  ).toMatchObject([
    { code: 'duplicate-engine-id', evidence: [sharedId], action: { host: 'third-host' } },
    { code: 'unexplained', evidence: elsewhere },
  ]);
});
