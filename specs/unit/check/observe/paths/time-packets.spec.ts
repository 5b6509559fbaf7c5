import { expect, test } from 'vitest';
import { timePackets } from '../../../../../helpers/check/observe/paths/trials/time-packets.ts';
import type { TrialPlan } from '../../../../../helpers/check/observe/paths/plan/trial-plan.ts';
import type { TrialResult } from '../../../../../helpers/check/probe/packets.ts';

/** Returns a path with these outcomes, one for each packet. The last outcome repeats. */
function wayOn(protocol: TrialPlan['protocol'], fates: readonly Partial<TrialResult>[]) {
  const asked: string[] = [];
  const plan = {
    protocol,
    network: undefined,
    from: { host: 'one', container: undefined, address: '10.0.0.1' },
    to: { host: 'other', container: undefined, address: '10.0.0.2' },
    question: { id: 'of the trial', protocol: 'icmp' },
    sender: {
      packets: {
        request: (requests: readonly { id: string }[]) => {
          const [{ id } = { id: '' }, ...others] = requests;
          expect(others).toEqual([]);
          const fate = fates[Math.min(asked.length, fates.length - 1)];
          asked.push(id);
          return Promise.resolve([{ id, sends: 1, ...fate }]);
        },
      },
    },
  } as unknown as TrialPlan;
  return { plan, asked };
}

function startCount() {
  let last = 0;
  return () => String((last += 1));
}

test('Packets are timed one at a time, each with its own number', async () => {
  const { plan, asked } = wayOn('icmp', [{ milliseconds: 3 }, { milliseconds: 1 }]);
  const [timing] = await timePackets([plan], startCount());
  expect(timing?.milliseconds).toEqual([3, ...Array.from({ length: 19 }, () => 1)]);
  expect(timing?.lost).toBe(0);
  expect(new Set(asked).size).toBe(20);
});

test('A reply to a repeated packet counts as a lost packet without a time', async () => {
  const late = { milliseconds: 301, sends: 2 };
  const { plan, asked } = wayOn('icmp', [late, { milliseconds: 1 }]);
  const [timing] = await timePackets([plan], startCount());
  expect(timing).toMatchObject({ lost: 1 });
  expect(timing?.milliseconds).toEqual(Array.from({ length: 19 }, () => 1));
  expect(asked).toHaveLength(20);
});

test('A dead path is left after two packets; only echoes are timed, on six paths of a kind', async () => {
  const dead = wayOn('icmp', [{ sends: 3 }]);
  expect(await timePackets([dead.plan], startCount())).toMatchObject([
    { milliseconds: [], lost: 2 },
  ]);
  expect(dead.asked).toHaveLength(2);
  const others = wayOn('udp', [{ milliseconds: 1 }]);
  const many = Array.from({ length: 9 }, () => wayOn('icmp', [{ milliseconds: 1 }]).plan);
  expect(await timePackets([others.plan, ...many], startCount())).toHaveLength(6);
  expect(others.asked).toEqual([]);
});
