import { describe } from 'vitest';
import { startMeasurement } from '../../helpers/measure/measure.ts';
import { expect } from '../../helpers/spec/expect.ts';
import { labTest } from '../diagnosis/lab-test.ts';
import type { DiagnosisLab } from '../diagnosis/lab.ts';

const test = labTest('seed');
const ownKernelTest = labTest('seed', ['worker-host']);

async function expectToFollow(lab: DiagnosisLab): Promise<void> {
  const pair = ['mysqlserver', 'bystander'] as const;
  const readAddresses = async () =>
    await Promise.all(
      pair.map(async (name) => {
        const container = await lab.container('worker-host', name);
        return await container.addressOn('my-net');
      }),
    );
  const before = await readAddresses();
  await using measurement = await startMeasurement(lab.provider, lab.document);
  // The engine assigns the lowest free address: the container that starts first gets it.
  const order = before.toSorted()[0] === before[0] ? pair.toReversed() : pair;
  const title = 'mysqlserver and bystander exchange their addresses';
  for (const words of [['stop', '--time', '1', ...order], ...order.map((one) => ['start', one])]) {
    await measurement.during(title, () =>
      lab.provider.run('worker-host', ['docker', ...words], { limit: 60_000 }),
    );
  }
  expect(await readAddresses()).toEqual(before.toReversed());
  const { events, faults, paths, unmeasured } = await measurement.end({ settle: 30_000 });
  const moves = events.map(({ text }) => text).filter((text) => text.includes(' now has '));
  expect(moves).toEqual([`mysqlserver now has ${before[1]}`]);
  expect(unmeasured).toEqual([]);
  const begin = faults[0]?.from ?? 0;
  // Disturbances of the same name have their own times.
  expect(faults).toHaveLength(3);
  for (const [index, one] of faults.entries()) {
    expect(one).toEqual({ title, from: one.from, active: one.from, to: one.to });
    expect(one.from).toBeGreaterThanOrEqual(faults[index - 1]?.to ?? 0);
    expect(one.to).toBeGreaterThan(one.from);
  }
  // Names and entries are the engine's: the name server of engine 20.10 may hang after such restarts.
  const followed = paths.filter(
    ({ to, kind }) => to === 'mysqlserver' && ['icmp', 'udp', 'tcp', 'stream'].includes(kind),
  );
  expect(followed.map(({ from, kind }) => `${from} ${kind}`).sort()).toEqual([
    'tomcat-app icmp',
    'tomcat-app stream',
    'tomcat-app tcp',
    'tomcat-app udp',
  ]);
  // Only mysqlserver itself answers UDP and TCP.
  for (const { kind, outages } of followed) {
    expect(outages, kind).not.toEqual([]);
    expect(outages.at(-1)?.to, kind).toBeGreaterThan(begin);
  }
}

describe('A measurement follows a container that exchanges its address with another one', () => {
  test('on a machine that shares the kernel of this computer', async ({ lab, labs }) => {
    await expectToFollow(lab);
    // The name server may still hang, which would fail the settling of the cluster.
    await labs.discard();
  });

  ownKernelTest('on a machine with its own kernel', async ({ lab, labs }) => {
    await expectToFollow(lab);
    await labs.discard();
  });
});
