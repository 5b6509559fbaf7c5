import { expect, onTestFinished, test } from 'vitest';
import { findOverlaysWithoutSelf } from '../../../../helpers/check/observe/overlays-without-self.ts';
import type { Engine } from '../../../../helpers/docker/engine.ts';
import type { NetworkFacts } from '../../../../helpers/docker/networks.ts';
import { cutWaits } from '../../../../helpers/process/waits/cut-waits.ts';
import { localMember, overlayOf } from '../observation.ts';

const address = '10.1.0.2';
const missing = overlayOf('net', 'id-of-net', '10.0.9.0/24', {
  scope: 'swarm',
  containers: [localMember],
  peers: ['10.1.0.1', '10.1.0.3'],
});
const joined = { ...missing, peers: [...missing.peers, address] };

/** Returns the overlays on which an engine stays missing that answers in this way, and the number of further reads. */
async function findAfter(
  before: NetworkFacts,
  answers: readonly [NetworkFacts | Error, ...(NetworkFacts | Error)[]],
  own: string | undefined,
) {
  cutWaits({ limit: 60, because: 'the test' });
  onTestFinished(() => {
    cutWaits(undefined);
  });
  let reads = 0;
  const inspect = async () => {
    const answer = answers[Math.min(reads++, answers.length - 1)];
    if (answer instanceof Error) throw answer;
    return await Promise.resolve(answer);
  };
  const engine = { machine: { name: 'two' }, networks: { inspect } } as unknown as Engine;
  return {
    ids: await findOverlaysWithoutSelf(engine, [before], { address: own, options: {} }),
    reads,
  };
}

test('an engine that stays missing among its peers is missing', async () => {
  const { ids, reads } = await findAfter(missing, [missing], address);
  expect(ids).toEqual([missing.id]);
  expect(reads).toBeGreaterThan(1);
});

const restarted = { ...missing, containers: [{ ...localMember, endpointId: 'another' }] };

test.for([
  ['joins the network a moment later', [missing, joined]],
  ['starts again', [restarted]],
  ['leaves the network', [{ ...missing, containers: [] }]],
  ['loses all its peers', [{ ...missing, peers: [] }]],
  ['stops', [new Error('connect ECONNREFUSED')]],
] as const)('an engine that %s is not missing', async ([, answers]) => {
  expect(await findAfter(missing, answers, address)).toEqual({ ids: [], reads: answers.length });
});

test.for([
  ['lists the engine', joined, address],
  ['has no peers yet', { ...missing, peers: [] }, address],
  ['has a peer without an address', { ...missing, peersWithoutAddress: 1 }, address],
  [
    'has only endpoints of other hosts',
    { ...missing, containers: [{ ...localMember, local: false }] },
    address,
  ],
  ['is of a key-value cluster', { ...missing, scope: 'global' as const }, address],
  ['is a bridge', { ...missing, driver: 'bridge' }, address],
  ['is of an engine without a known address', missing, undefined],
] as const)('a network that %s is not read again', async ([, before, own]) => {
  const { ids, reads } = await findAfter(before, [before], own);
  expect({ ids, reads }).toEqual({ ids: [], reads: 0 });
});
