import { describe, expect, test } from 'vitest';
import type { TraceRecording } from '../../../../helpers/check/trace/recording.ts';
import type { TraceHop } from '../../../../helpers/check/model/trace.ts';
import { hops } from '../../../../helpers/check/model/views/paths-view.ts';
import { type Recorded, recordingOf, reportOf } from './recorded.ts';

const lines = (all: readonly TraceHop[]) =>
  all.map(({ part, place, device, direction }) =>
    [part, place.host, place.kind, device, direction].join(' '),
  );

describe('A recorded packet between two hosts', () => {
  const report = reportOf(recordingOf('healthy'));

  test('has every hop of the request and of the reply in order', () => {
    const there = [
      'master-host container eth0 out',
      'master-host overlay veth1 in',
      'master-host overlay vxlan0 out',
      'master-host host eth1 out',
      'worker-host host eth1 in',
      'worker-host host input in',
      'worker-host overlay vxlan0 in',
      'worker-host overlay veth1 out',
      'worker-host container eth0 in',
      'worker-host container input in',
    ];
    const back = there.map((line) =>
      line.startsWith('master')
        ? line.replace('master', 'worker')
        : line.replace('worker', 'master'),
    );
    expect(lines(report.hops)).toEqual([
      ...there.map((line) => `request ${line}`),
      ...back.map((line) => `reply ${line}`),
    ]);
  });

  test('is answered, with the entry that decides at each hop', () => {
    expect(report).toMatchObject({ outcome: 'answered', cause: undefined, network: 'my-net' });
    const texts = report.hops.slice(0, 9).map(({ entries }) => entries.map(({ text }) => text));
    expect(texts).toEqual([
      ['10.0.9.0/24 dev eth0', '10.0.9.4 lladdr 02:42:0a:00:09:04 dev eth0'],
      ['02:42:0a:00:09:04 dev vxlan0 learned'],
      ['02:42:0a:00:09:04 dev vxlan0 dst 192.168.101.101 permanent'],
      ['192.168.101.0/24 dev eth1'],
      [],
      ['vxlan0 id 4097 of my-net'],
      ['02:42:0a:00:09:04 dev veth1 learned'],
      [],
      ['10.0.9.4 dev eth0'],
    ]);
    expect(
      report.hops.flatMap(({ entries }) => entries.flatMap(({ wrong }) => wrong ?? [])),
    ).toEqual([]);
  });

  test('is encapsulated at the network card, and decapsulated behind it', () => {
    const changes = report.hops.flatMap(({ part, changes: own }) =>
      own.map((one) => `${part} ${one}`),
    );
    expect(changes).toEqual([
      'request encapsulated: VXLAN 4097, 192.168.101.100 to 192.168.101.101',
      'request decapsulated',
      'reply encapsulated: VXLAN 4097, 192.168.101.101 to 192.168.101.100',
      'reply decapsulated',
    ]);
  });

  test('has the hops of findings by the same names, each once', () => {
    expect(report.hops.flatMap(({ hop }) => hop ?? [])).toEqual(hops);
  });
});

test.each<[Recorded, last: string, finding: string | undefined, cause: RegExp | undefined]>([
  [
    'vxlan-blocked',
    'request worker-host host eth1 in',
    'receiver-nic',
    /^-A INPUT -p udp -m udp --dport 4789 -j DROP$/,
  ],
  [
    'reply-blocked',
    'reply worker-host overlay vxlan0 out',
    undefined,
    /^-A OUTPUT .*--dport 4789 -j DROP$/,
  ],
  [
    'forwarding-missing',
    'request master-host overlay vxlan0 out',
    'sender-vxlan',
    /^no forwarding entry of vxlan0 for 02:42:0a:00:09:04$/,
  ],
  [
    'neighbor-wrong',
    'request master-host overlay vxlan0 out',
    'sender-vxlan',
    /^10\.0\.9\.4 lladdr 02:42:0a:00:09:99 dev eth0$/,
  ],
  [
    'dropped-in-container',
    'request worker-host container eth0 in',
    'receiver',
    /^-A INPUT -p icmp -j DROP$/,
  ],
])('A recorded packet with the fault %s ends at %s', (name, last, finding, cause) => {
  const { hops: own, cause: found, outcome } = reportOf(recordingOf(name));
  expect(lines(own.slice(-1))).toEqual([last]);
  expect(own.at(-1)?.hop).toBe(finding);
  expect(found?.text).toMatch(cause ?? /^$/);
  expect(outcome).toBe(name === 'reply-blocked' ? 'arrived' : 'lost');
});

test('Without a neighbor entry no packet leaves the container: the entry is the cause', () => {
  expect(reportOf(recordingOf('neighbor-missing'))).toMatchObject({
    outcome: 'lost',
    hops: [],
    cause: { kind: 'neighbor', text: 'no neighbor entry for 10.0.9.4' },
  });
});

describe('A recorded connection to a service', () => {
  const report = reportOf(recordingOf('service'));
  const balancer = report.hops.filter(
    ({ part, place }) => part === 'request' && place.kind === 'load-balancer',
  );

  test('names the rule that marks it, the virtual service and the real server', () => {
    expect(balancer[0]?.entries.map(({ kind, text }) => [kind, text])).toEqual([
      ['mark', '-d 10.30.0.2/32 -j MARK --set-xmark 0x101'],
      ['virtual-service', 'FWM 257, 2 real servers'],
      ['real-server', '10.30.0.4 Masq weight 1'],
    ]);
    expect(report.server?.container).toMatch(/^web\.2\./);
    expect(report.to).toMatchObject({ service: 'web', address: '10.30.0.2' });
  });

  test('shows the rewritten addresses in both directions', () => {
    const changes = report.hops.flatMap(({ part, changes: own }) =>
      own.map((one) => `${part} ${one.replaceAll(/:6\d{4}/g, ':N')}`),
    );
    expect(changes).toEqual([
      'request source 10.30.0.8:N is now 10.30.0.5:N',
      'request destination 10.30.0.2:80 is now 10.30.0.4:80',
      'reply source 10.30.0.4:80 is now 10.30.0.2:80',
      'reply destination 10.30.0.5:N is now 10.30.0.8:N',
    ]);
  });

  test('ends at the load balancer without a rule that marks it', () => {
    const recording = recordingOf('service');
    const without = reportOf({
      ...recording,
      sent: { ...recording.sent, answered: false, error: 'ETIMEDOUT' },
      records: recording.records.map(({ host, packets }) => ({
        host,
        packets: packets.filter(
          ({ destination, kind }) => destination === '10.30.0.2' && kind === 'syn',
        ),
      })),
      tables: recording.tables.map((one) =>
        one.balancer === undefined ? one : { ...one, balancer: { ...one.balancer, marks: [] } },
      ),
    });
    expect(without).toMatchObject({
      outcome: 'lost',
      cause: { kind: 'mark', text: 'no rule marks packets to 10.30.0.2' },
    });
    expect(lines(without.hops.slice(-1))).toEqual(['request one load-balancer eth0 in']);
  });
});

describe('A recorded connection from outside to a published port of a service', () => {
  const report = reportOf(recordingOf('published-port'));

  test('passes the rule of the host, the routing mesh, VXLAN and the rule of the container', () => {
    const decided = report.hops
      .filter(({ part }) => part === 'request')
      .flatMap(({ place, entries }) =>
        entries.map(({ kind, text }) => `${place.host} ${place.kind} ${kind} ${text}`),
      );
    expect(decided).toEqual(
      expect.arrayContaining([
        'one host nat -A DOCKER-INGRESS -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.18.0.2:8080',
        'one mesh mark -p tcp --dport 8080 -j MARK --set-xmark 0x102',
        'one mesh real-server 10.0.0.5 Masq weight 1',
        'two host vxlan vxlan0 id 4096 of ingress',
        'two container nat -A PREROUTING -d 10.0.0.5/32 -p tcp -m tcp --dport 8080 -j REDIRECT --to-ports 80',
      ]),
    );
  });

  test('is answered by the task on the other host, and the reply leaves through the first', () => {
    expect(report).toMatchObject({
      outcome: 'answered',
      from: { name: 'here' },
      server: { host: 'two' },
    });
    expect(lines(report.hops.slice(-1))).toEqual(['reply one host eth1 out']);
    expect(new Set(report.hops.map(({ part, place }) => `${part} ${place.host}`))).toEqual(
      new Set(['request one', 'request two', 'reply two', 'reply one']),
    );
  });
});

describe('The order of hops', () => {
  const healthy = recordingOf('healthy');
  const usual = lines(reportOf(healthy).hops);

  test('does not depend on the clocks of the hosts', () => {
    const shifted = healthy.records.map(({ host, packets }) => ({
      host,
      packets: packets.map((one) => ({
        ...one,
        at: host === 'worker-host' ? `${BigInt(one.at) - 3_600_000_000_000n}` : one.at,
      })),
    }));
    expect(lines(reportOf({ ...healthy, records: shifted }).hops)).toEqual(usual);
  });

  test('does not depend on the order in which agents read the packets', () => {
    const reversed = healthy.records.toReversed().map(({ host, packets }) => ({
      host,
      packets: packets.toReversed(),
    }));
    expect(lines(reportOf({ ...healthy, records: reversed }).hops)).toEqual(usual);
  });

  test('has a repeated packet once', () => {
    const repeated: TraceRecording['records'] = healthy.records.map(({ host, packets }) => ({
      host,
      packets: [
        ...packets,
        ...packets.map((one) => ({ ...one, at: `${BigInt(one.at) + 1_000_000_000n}` })),
      ],
    }));
    expect(lines(reportOf({ ...healthy, records: repeated }).hops)).toEqual(usual);
  });

  test('leaves out the copies that a bridge sends to all ports while it knows no port', () => {
    const mac = '02:42:0a:00:09:04';
    const numbers = {
      container: [{ name: 'eth0', mac, index: 12, peer: 11 }],
      overlay: ['veth0', 'veth1'].map((name, index) => ({
        name,
        mac: '4a:00:00:00:00:01',
        index: 10 + index,
        peer: 12,
      })),
    };
    const unlearned = (all: TraceRecording['tables']): TraceRecording['tables'] =>
      all.map((one) =>
        one.place.host === 'worker-host'
          ? {
              ...one,
              numbers: numbers[one.place.kind as keyof typeof numbers] ?? [],
              forwarding: one.forwarding.filter((entry) => entry.mac !== mac),
            }
          : one,
      );
    const records = healthy.records.map(({ host, packets }) => ({
      host,
      packets: packets.flatMap((one) => {
        const isPort = host === 'worker-host' && one.device === 'veth1' && one.direction === 'out';
        return isPort ? [one, { ...one, device: 'veth0', at: `${BigInt(one.at) + 9000n}` }] : [one];
      }),
    }));
    const report = reportOf({
      ...healthy,
      records,
      before: unlearned(healthy.before),
      tables: unlearned(healthy.tables),
    });
    expect(lines(report.hops)).toEqual(usual);
    expect(report.hops[6]?.entries.map(({ text }) => text)).toEqual([
      `no bridge entry for ${mac}: sent to all ports`,
    ]);
  });
});
