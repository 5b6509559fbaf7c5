import { describe, expect, test } from 'vitest';
import type {
  FirewallRule,
  KernelView,
} from '../../../../helpers/check/model/views/kernel-view.ts';
import type { LossTrial, Protocol } from '../../../../helpers/check/model/views/paths-view.ts';
import { withValue } from '../../../../helpers/check/model/observed.ts';
import { hostOf } from '../observation.ts';
import { type Ailments, reportOf } from './path-reports.ts';

type LastSeen = NonNullable<LossTrial['second']>['lastSeen'];

/** Returns both series of packets from the left host to the right one, or in the other direction. */
function lossOf(
  lost: readonly [first: number, second?: number],
  options: { readonly lastSeen?: LastSeen; readonly way?: readonly [string, string] } = {},
): LossTrial {
  const { lastSeen = { 'receiver-nic': lost[1] ?? 0 } } = options;
  const [from, to] = options.way ?? (['left', 'right'] as const);
  const [first, second] = lost;
  return {
    network: 'net',
    networkId: 'id',
    from: { host: from, container: `c-${from}`, address: '10.0.9.2' },
    to: { host: to, container: `c-${to}`, address: '10.0.9.3' },
    first: { sent: 30, lost: first },
    second: second === undefined ? undefined : { sent: 100, lost: second, lastSeen },
  };
}

const report = (losses: readonly LossTrial[], ailments: Ailments = {}, more = {}) =>
  reportOf({ ...ailments, more: { losses } }, more);

const lossy: FirewallRule = {
  text: 'inet guard lossy: udp dport 4789 numgen random mod 10 < 3 drop',
  tool: 'nft',
  table: 'inet guard',
  chain: 'lossy',
  hooks: ['prerouting'],
  verdict: 'drop',
  concerns: ['vxlan'],
  isExplicit: true,
  isPartial: true,
  packets: 17,
  undo: ['nft', 'delete', 'rule', 'inet', 'guard', 'lossy', 'handle', '2'],
};

function hostsWith(...rules: readonly FirewallRule[]) {
  const kernel = { firewall: withValue(rules), carrier: 'eth1' } as unknown as KernelView;
  return [
    hostOf('left', { address: '192.168.99.101' }),
    hostOf('right', { address: '192.168.99.102', kernel: withValue(kernel) }),
  ];
}

const codes = (ailments: Ailments, more = {}) =>
  report([lossOf([9, 31])], ailments, more).diagnoses.map(({ code }) => code);
const losing =
  (...lost: readonly Protocol[]): NonNullable<Ailments['container']> =>
  (way, protocol) => {
    if (!lost.includes(protocol)) return 'answered';
    return way === 'left right' ? { lastSeen: 'receiver-nic' } : 'arrived';
  };

const noGossip: NonNullable<Ailments['gossip']> = (way) =>
  way === 'right left' ? 'at-nic' : undefined;

describe('A path between hosts', () => {
  test.for([
    ['loses nothing', [0], []],
    ['loses packets in the first series only', [3, 0], []],
    ['loses a single packet in the second series', [1, 1], []],
    ['loses packets in both series', [5, 17], ['packet-loss']],
    ['loses all packets in the second series', [5, 100], []],
  ] as const)('that %s: %j lost gives %j', ([, lost, expected]) => {
    const { diagnoses } = report([lossOf(lost)]);
    expect(diagnoses.map(({ code }) => code)).toEqual(expected);
  });

  test('that loses some packets has the counts as evidence, and the series without loss passes', () => {
    const { diagnoses } = report([lossOf([5, 17])]);
    expect(diagnoses[0]?.evidence[0]?.text).toBe(
      '17 of 100 packets from c-left (left) to c-right (right) in net lost, and 5 of 30 before',
    );
    const { outcomes } = report([lossOf([0])]);
    expect(outcomes.find(({ name }) => name === 'packet-loss')).toEqual({
      name: 'packet-loss',
      state: 'passed',
      evidence: ['net: 30 of 30 packets from left arrived on right'],
    });
  });
});

describe('Lost packets', () => {
  test('that a rule of the receiver drops at random are fixed by a command that deletes the rule', () => {
    const { diagnoses } = report([lossOf([5, 17])], {}, { hosts: hostsWith(lossy) });
    expect(diagnoses).toMatchObject([
      {
        code: 'packet-loss',
        where: { host: 'left', peer: 'right' },
        summary: expect.stringContaining('right has the rule "inet guard lossy'),
        action: { kind: 'fix', host: 'right', commands: [lossy.undo] },
      },
    ]);
  });

  test.for([
    [{ 'receiver-nic': 17 }, 'right', ['ip', '-s', 'link', 'show', 'dev', 'eth1']],
    [{ 'sender-nic': 15, 'receiver-nic': 2 }, 'left', 'ping'],
  ] as const)(
    'last seen at %j without such a rule have a next step on %s',
    ([lastSeen, on, step]) => {
      const total = { ...lossy, isPartial: false };
      const { diagnoses } = report(
        [lossOf([5, 17], { lastSeen })],
        {},
        { hosts: hostsWith(total) },
      );
      expect(diagnoses[0]?.action).toMatchObject({ kind: 'next-step', host: on });
      const [command] = diagnoses[0]?.action?.commands ?? [];
      expect(typeof step === 'string' ? command?.[0] : command).toEqual(step);
    },
  );

  test('on all paths to one host are one finding of this host, and so are those from one sender', () => {
    const hosts = ['left', 'middle', 'right'];
    const where = (lastSeen: LastSeen, ...ways: readonly (readonly [string, string])[]) =>
      report(
        ways.map((way) => lossOf([5, 17], { lastSeen, way })),
        { hosts },
      ).diagnoses.map((one) => one.where);
    expect(where({ 'receiver-nic': 17 }, ['left', 'right'], ['middle', 'right'])).toEqual([
      { peer: 'right' },
    ]);
    expect(where({ 'sender-vxlan': 17 }, ['left', 'right'], ['left', 'middle'])).toEqual([
      { host: 'left' },
    ]);
    expect(where({ 'sender-nic': 17 }, ['left', 'right'], ['right', 'left'])).toEqual([
      { host: 'left', peer: 'right' },
    ]);
  });
});

describe('On a path that loses some packets', () => {
  test('an injected packet that was lost three times is no blocked port', () => {
    expect(codes({ tunnel: (way) => (way === 'left right' ? 'at-nic' : undefined) })).toEqual([
      'packet-loss',
    ]);
    expect(codes({ tunnel: (way) => (way === 'right left' ? 'at-nic' : undefined) })).toEqual([
      'packet-loss',
      'vxlan-blocked',
    ]);
  });

  test('a small MTU explains lost large packets only if all of them are lost', () => {
    expect(codes({ container: losing('icmp-large', 'tcp-large') })).toEqual(['packet-loss']);
    expect(codes({ container: losing('icmp-large', 'udp-large', 'tcp-large') })).toEqual([
      'packet-loss',
      'mtu-black-hole',
    ]);
  });

  test('lost gossip is a consequence, unless a rule drops all gossip', () => {
    expect(codes({ gossip: noGossip })).toEqual(['packet-loss']);
    const blocking = {
      ...lossy,
      concerns: ['gossip'],
      isPartial: false,
      hooks: ['input'],
    } as const;
    expect(codes({ gossip: noGossip }, { hosts: hostsWith(lossy, blocking) })).toEqual([
      'packet-loss',
      'gossip-blocked',
    ]);
  });
});
