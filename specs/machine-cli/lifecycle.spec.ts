import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, openLab } from './lab.ts';
import { readRecordings } from './recordings.ts';
import { replay } from './replay.ts';

let lab: Lab;
const addresses: Record<string, string> = {};
const options = { addresses: () => addresses, without: ['master-host', 'worker-host'] };

beforeAll(async () => {
  lab = await openLab();
  // The recordings start with a state directory that has certificates.
  await lab.run('docker-machine create -d none --url tcp://127.0.0.1:1 x; docker-machine rm -y x');
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

describe('Two machines are created, stopped, started, killed, upgraded and removed', {
  shuffle: false,
}, () => {
  const [alpha, beta, ...others] = readRecordings('lifecycle');
  if (alpha !== undefined) replay(() => lab, alpha, options);
  if (beta !== undefined) replay(() => lab, beta, options);

  test('the machines have addresses', async () => {
    const { stdout } = await lab.run('docker-machine ip alpha beta');
    const [one, two, ...more] = stdout.trim().split('\n');
    expect(more).toEqual([]);
    addresses['192.168.121.150'] = one ?? '';
    addresses['192.168.121.151'] = two ?? '';
  });

  for (const recording of others) replay(() => lab, recording, options);
});
