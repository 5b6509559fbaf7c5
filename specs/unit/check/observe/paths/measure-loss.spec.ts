import { expect, test } from 'vitest';
import { measureLoss } from '../../../../../helpers/check/observe/paths/trials/measure-loss.ts';
import type { ProbeHost } from '../../../../../helpers/check/observe/paths/plan/probe-host.ts';
import type { TrialPlan } from '../../../../../helpers/check/observe/paths/plan/trial-plan.ts';
import type { Trial } from '../../../../../helpers/check/model/views/paths-view.ts';
import type { InjectedPacket } from '../../../../../helpers/check/probe/packets.ts';

/**
 * Returns hosts whose probes lose the packets that `isLost` chooses by their numbers on a path. The hosts count all
 * packets.
 */
function hostsThat(isLost: (way: string, place: number) => boolean) {
  const arrived = new Set<string>();
  const lostAt = new Set<string>();
  const sent = new Map<string, number>();
  const mostAtOnce: number[] = [];
  const stations = new Map<string, ProbeHost>();
  const stationOf = (host: string) => {
    const station = stations.get(host) ?? openStation(host);
    stations.set(host, station);
    return station;
  };
  const openStation = (host: string) =>
    ({
      host,
      packets: {
        inject: (packets: readonly InjectedPacket[]) => {
          mostAtOnce.push(packets.length);
          for (const { id, destination } of packets) {
            const way = `${host} ${destination}`;
            const place = sent.get(way) ?? 0;
            sent.set(way, place + 1);
            (isLost(way, place) ? lostAt : arrived).add(id);
          }
          return Promise.resolve(new Map());
        },
        received: (ids: readonly string[]) =>
          Promise.resolve(new Set(ids.filter((id) => arrived.has(id)))),
        captures: (ids: readonly string[]) => {
          const out = { namespace: 'host', device: 'eth1', direction: 'out', what: 'request' };
          const outer = { source: '192.168.99.101', destination: '192.168.99.102', vni: 256 };
          const seen = ids.filter((id) => lostAt.has(id)).map((id) => [id, [{ ...out, outer }]]);
          return Promise.resolve({ lost: 0, captures: new Map(seen as never) });
        },
      },
    }) as unknown as ProbeHost;
  return { stationOf, sent, mostAtOnce };
}

function planOf(
  stationOf: (host: string) => ProbeHost,
  [from, to]: readonly [string, string],
  protocol: TrialPlan['protocol'] = 'udp',
): TrialPlan {
  return {
    sender: stationOf(from),
    receiver: stationOf(to),
    network: { name: 'net', id: 'abc' },
    from: { host: from, container: `c-${from}`, address: from },
    to: { host: to, container: `c-${to}`, address: to },
    place: { pid: 22 },
    protocol,
    question: {
      id: '',
      protocol: 'udp',
      namespace: { pid: 11 },
      source: from,
      destination: to,
      port: 4000,
      size: 0,
    },
  };
}

const fine = { arrived: true, answered: true, sends: 1 } as Trial;

function startCount() {
  let last = 0;
  return () => String((last += 1));
}

test('A path gets 30 packets, five at a time, and 100 more if some of them are lost', async () => {
  const { stationOf, sent, mostAtOnce } = hostsThat(
    (way, place) => way === 'b a' && place % 4 === 0,
  );
  const plans = (['a b', 'b a'] as const).map((way) =>
    planOf(stationOf, way.split(' ') as [string, string]),
  );
  const losses = await measureLoss(plans, [fine, fine], startCount());
  expect(Object.fromEntries(sent)).toEqual({ 'a b': 30, 'b a': 130 });
  expect(Math.max(...mostAtOnce)).toBe(5);
  expect(losses).toMatchObject([
    { from: { host: 'a' }, first: { sent: 30, lost: 0 }, second: undefined },
    {
      from: { host: 'b' },
      first: { sent: 30, lost: 8 },
      second: { sent: 100, lost: 25, lastSeen: { 'sender-nic': 25 } },
    },
  ]);
});

test('A path without replies gets one series, and a path without arrived trials gets none', async () => {
  const { stationOf, sent } = hostsThat(() => true);
  const dead = { ...fine, arrived: false, answered: false };
  const plans = [planOf(stationOf, ['a', 'b']), planOf(stationOf, ['b', 'a'])];
  const losses = await measureLoss(plans, [fine, dead], startCount());
  expect(losses).toMatchObject([{ first: { sent: 30, lost: 30 }, second: undefined }]);
  expect(Object.fromEntries(sent)).toEqual({ 'a b': 30 });
});

test('At most 300 paths are measured, first those with repeated trials', async () => {
  const { stationOf, sent } = hostsThat(() => false);
  const hosts = Array.from({ length: 19 }, (_, index) => `h${index}`);
  const ways = hosts.flatMap((from) =>
    hosts.flatMap((to) => (from === to ? [] : [[from, to] as const])),
  );
  const plans = ways.map((way) => planOf(stationOf, way));
  const trials = ways.map(([, to]) => ({ ...fine, sends: to === 'h18' ? 2 : 1 }));
  const losses = await measureLoss(plans, trials, startCount());
  expect(losses).toHaveLength(300);
  expect(losses.slice(0, 18).every(({ to }) => to.host === 'h18')).toBe(true);
  expect([...sent.values()].every((count) => count === 30)).toBe(true);
});
