import { describe, expect, test } from 'vitest';
import type {
  FirewallRule,
  KernelView,
} from '../../../../helpers/check/model/views/kernel-view.ts';
import { withValue, withoutValue } from '../../../../helpers/check/model/observed.ts';
import { diagnoseDifferences } from '../../../../helpers/check/diagnose/diagnose.ts';
import type { Difference } from '../../../../helpers/check/model/difference.ts';
import type { HostView } from '../../../../helpers/check/model/observation.ts';
import { hostOf, observationOf } from '../observation.ts';
import { type Ailments, type Fate, reportOf } from './path-reports.ts';

const found = (ailments: Ailments) =>
  reportOf(ailments).diagnoses.map(({ code, where }) => ({ code, where }));

const droppingRule: FirewallRule = {
  text: '-A INPUT -p udp --dport 4789 -j DROP',
  tool: 'iptables-legacy',
  table: 'filter',
  chain: 'INPUT',
  hooks: ['input'],
  verdict: 'drop',
  concerns: ['vxlan'],
  isExplicit: true,
  packets: 6,
  undo: ['iptables', '-D', 'INPUT', '-p', 'udp', '--dport', '4789', '-j', 'DROP'],
};

const leftToRight = { host: 'left', peer: 'right' };

/** Returns a published port of the left host that two hosts do not reach. */
const silent = (from: string): Difference => ({
  kind: 'port-silent',
  where: { host: 'left', container: 'web' },
  expected: 'accepts connections',
  observed: { right: 'no connection', [from]: 'no connection', there: 'connected' },
  text: 'the port is unreachable',
});

/** Returns a rule that drops gossip. */
const ruleFor = (match: string): FirewallRule => {
  const words = ['INPUT', ...match.split(' '), '-j', 'DROP'] as const;
  return {
    ...droppingRule,
    text: `-A ${words.join(' ')}`,
    concerns: ['gossip'],
    undo: ['iptables', '-D', ...words],
  };
};

/** The two hosts, whose kernels were not observed. */
function hostsWithout(why: string): { readonly hosts: readonly HostView[] } {
  const kernel = withoutValue(why);
  return {
    hosts: [
      hostOf('left', { address: '192.168.99.101', kernel }),
      hostOf('right', { address: '192.168.99.102', kernel }),
    ],
  };
}

describe('Live packets', () => {
  test('with replies to all are no finding, and every comparison lists its trials', () => {
    const { outcomes, diagnoses } = reportOf({});
    expect(diagnoses).toEqual([]);
    expect(outcomes.filter(({ state }) => state === 'failed')).toEqual([]);
    expect(outcomes.filter(({ state }) => state === 'passed').map(({ name }) => name)).toEqual([
      'host-paths',
      'gossip-paths',
      'tunnels',
      'outer-sources',
      'container-paths',
      'checksums',
    ]);
  });

  test('that could not be sent leave their comparisons incomplete', () => {
    const { outcomes } = reportOf({ more: { untried: ['right: no probe was started'] } });
    expect(outcomes.map(({ state }) => state)).not.toContain('passed');
    expect(outcomes[0]).toMatchObject({ state: 'skipped', because: 'failed' });
  });

  test('with only a lost echo are no finding', () => {
    expect(found({ echo: () => ({}) })).toEqual([]);
  });
});

describe('Blocked VXLAN', () => {
  test('is one finding for the direction of the lost packets', () => {
    const { diagnoses } = reportOf({
      tunnel: (way) => (way === 'left right' ? 'at-nic' : undefined),
      container: dead('receiver-nic'),
    });
    expect(diagnoses).toMatchObject([
      {
        code: 'vxlan-blocked',
        where: leftToRight,
        evidence: [{ kind: 'tunnel-dead' }],
        consequences: [{ kind: 'container-path-dead' }],
      },
    ]);
  });

  test('is also found without an injected packet if all packets of the network end at one hop', () => {
    const more = { tunnels: [] };
    expect(found({ container: dead('receiver-nic'), more })).toEqual([
      { code: 'vxlan-blocked', where: leftToRight },
    ]);
    // Packets that do not leave their host are not blocked between hosts.
    expect(found({ container: dead('sender-vxlan'), more })).toMatchObject([
      { code: 'unexplained' },
    ]);
  });

  test('is not the cause of lost packets that the firewall accepted', () => {
    expect(
      found({
        tunnel: (way) => (way === 'left right' ? 'let-in' : undefined),
        container: dead('receiver-nic'),
      }),
    ).toMatchObject([{ code: 'unexplained' }]);
  });

  test('on a host that drops packets from all others is one finding for this host', () => {
    const hosts = ['left', 'middle', 'right'];
    expect(
      found({
        hosts,
        tunnel: (way) => (way.endsWith(' right') ? 'at-nic' : undefined),
        container: (way) =>
          way.endsWith(' right')
            ? { lastSeen: 'receiver-nic' }
            : way.startsWith('right ')
              ? 'arrived'
              : 'answered',
      }),
    ).toEqual([{ code: 'vxlan-blocked', where: { peer: 'right' } }]);
  });

  test('has the command that deletes the rule', () => {
    const ailments: Ailments = {
      tunnel: (way) => (way === 'left right' ? 'at-nic' : undefined),
      container: dead('receiver-nic'),
    };
    const [host] = hostsWith(droppingRule);
    const { diagnoses } = reportOf(ailments, { hosts: host === undefined ? [] : [host] });
    expect(diagnoses[0]?.action).toMatchObject({
      host: 'right',
      commands: ['iptables -D INPUT -p udp --dport 4789 -j DROP'.split(' ')],
    });
  });
});

describe('An isolated host', () => {
  test('is one finding, with everything else as its consequence', () => {
    const { diagnoses } = reportOf({
      echo: (way) => (way === 'left right' ? {} : 'arrived'),
      gossip: (way) => (way === 'left right' ? 'lost' : 'silent'),
      tunnel: (way) => (way === 'left right' ? 'lost' : undefined),
      container: (way) => (way === 'left right' ? { lastSeen: 'sender-nic' } : 'arrived'),
    });
    expect(diagnoses[0]).toMatchObject({ code: 'vxlan-blocked', where: leftToRight });
    expect(diagnoses[0]?.consequences.map(({ kind }) => kind)).toEqual([
      'gossip-path-dead',
      'gossip-path-dead',
      'gossip-path-dead',
      'gossip-path-dead',
      'tunnel-dead',
      'container-path-dead',
    ]);
  });
});

describe('A host that receives packets and whose replies are lost', () => {
  test('has a next step that reads the route of the replies on the sending host', () => {
    const [observed] = hostsWith(droppingRule);
    const { diagnoses } = reportOf(
      {
        echo: (way) => (way === 'left right' ? 'arrived' : {}),
        gossip: (way) => (way === 'left right' ? 'at-nic' : 'lost'),
        tunnel: (way) => (way === 'left right' ? 'at-nic' : 'lost'),
        container: (way) => ({ lastSeen: way === 'left right' ? 'receiver-nic' : 'sender-nic' }),
      },
      {
        hosts:
          observed === undefined ? [] : [{ ...observed, name: 'left', kernel: withoutValue('x') }],
      },
    );
    expect(diagnoses[0]).toMatchObject({
      code: 'vxlan-blocked',
      where: { host: 'right', peer: 'left' },
      action: { kind: 'next-step', host: 'right' },
    });
  });

  test('also loses the answers to gossip, and ports published on the other host', () => {
    const more = hostsWithout('not observed');
    const { diagnoses } = reportOf(
      {
        echo: (way) => (way === 'left right' ? 'arrived' : {}),
        gossip: (way) => (way === 'left right' ? 'silent' : 'lost'),
        tunnel: (way) => (way === 'left right' ? undefined : 'lost'),
        container: (way) => (way === 'left right' ? 'arrived' : { lastSeen: 'sender-nic' }),
      },
      more,
    );
    expect(diagnoses).toMatchObject([{ code: 'vxlan-blocked', action: { host: 'right' } }]);
    const [first] = diagnoses;
    const evidence = first?.evidence ?? [];
    const observation = observationOf(more);
    const codes = (from: string) =>
      diagnoseDifferences([...evidence, silent(from)], observation).map(({ code }) => code);
    expect(codes('right')).toEqual(['vxlan-blocked']);
    expect(codes('third')).toEqual(['vxlan-blocked', 'published-port-unreachable']);
  });
});

describe('Blocked gossip', () => {
  test('is one finding for its direction, whichever transport is blocked', () => {
    for (const closed of ['tcp', 'udp'] as const) {
      const { diagnoses } = reportOf({
        gossip: (way, transport) =>
          way === 'left right' && transport === closed ? 'at-nic' : undefined,
      });
      expect(diagnoses).toMatchObject([{ code: 'gossip-blocked', where: leftToRight }]);
      expect(diagnoses[0]?.summary).toContain(`7946/${closed} from left`);
    }
  });

  test('is fixed by the deletion of all rules that block it, except rules for other sources', () => {
    const udp = ruleFor('-p udp -m udp --dport 7946');
    const tcp = ruleFor('-s 192.168.99.101/32 -p tcp -m tcp --dport 7946');
    const other = ruleFor('-s 192.168.99.109/32 -p tcp -m tcp --dport 7946');
    const left = hostOf('left', { address: '192.168.99.101' });
    const { diagnoses } = reportOf(
      {
        gossip: (way, transport) =>
          way === 'left right' && transport === 'tcp' ? 'at-nic' : undefined,
      },
      { hosts: [left, ...hostsWith(udp, tcp, other)] },
    );
    expect(diagnoses).toMatchObject([
      { code: 'gossip-blocked', action: { kind: 'fix', commands: [udp.undo, tcp.undo] } },
    ]);
    expect(diagnoses[0]?.action?.effect).toContain(`"${udp.text}" and "${tcp.text}"`);
  });

  test('from several hosts is one finding if one fix ends it', () => {
    const rule = ruleFor('-p udp -m udp --dport 7946');
    const others = ['left', 'third'].map((name, index) =>
      hostOf(name, { address: `192.168.99.11${index}` }),
    );
    const blocked = {
      hosts: ['left', 'right', 'third'],
      gossip: (way: string, transport: string) =>
        way.endsWith(' right') && transport === 'udp' ? ('at-nic' as const) : undefined,
    };
    const merged = reportOf(blocked, { hosts: [...others, ...hostsWith(rule)] });
    expect(merged.diagnoses).toMatchObject([
      {
        code: 'gossip-blocked',
        where: { host: undefined, peer: 'right' },
        summary:
          'the firewall of right blocks 7946/udp from left; the firewall of right blocks 7946/udp from third',
        action: { commands: [rule.undo] },
      },
    ]);
    // Without the rule, each sender is accepted by a separate command.
    expect(reportOf(blocked, { hosts: [...others, ...hostsWith()] }).diagnoses).toHaveLength(2);
  });

  test('is not the cause if the engine received the request and does not answer', () => {
    expect(found({ gossip: (way) => (way === 'left right' ? 'silent' : undefined) })).toMatchObject(
      [{ code: 'unexplained' }],
    );
  });

  test('next to blocked VXLAN is a separate finding', () => {
    expect(
      found({
        gossip: (way) => (way === 'left right' ? 'at-nic' : undefined),
        tunnel: (way) => (way === 'left right' ? 'at-nic' : undefined),
        container: (way) => (way === 'left right' ? { lastSeen: 'receiver-nic' } : 'arrived'),
      }).map(({ code }) => code),
    ).toEqual(['gossip-blocked', 'vxlan-blocked']);
  });
});

describe('The source address of VXLAN packets', () => {
  test('that other hosts do not know is the finding, with lost packets as its consequence', () => {
    const source = '192.168.99.77';
    expect(
      found({
        tunnel: (way) => (way === 'left right' ? 'let-in' : undefined),
        container: (way) =>
          way === 'left right' ? { lastSeen: 'receiver-input', source } : 'arrived',
      }),
    ).toEqual([{ code: 'vxlan-source-address', where: leftToRight }]);
  });
});

/** The codes of the findings if these packets are lost in one direction. */
function codesWithout(...lost: string[]): string[] {
  return reportOf({
    container: (way, protocol) =>
      way === 'left right' && lost.includes(protocol) ? { lastSeen: 'sender-nic' } : 'answered',
  }).diagnoses.map(({ code }) => code);
}

describe('An MTU black hole', () => {
  test('passes small packets and drops large ones in one direction', () => {
    const { diagnoses } = reportOf({
      container: (way, protocol) => {
        if (!protocol.endsWith('large')) return 'answered';
        return way === 'left right' ? { lastSeen: 'sender-nic' } : 'answered';
      },
    });
    expect(diagnoses).toMatchObject([
      { code: 'mtu-black-hole', where: { ...leftToRight, network: 'net' } },
    ]);
    expect(diagnoses[0]?.summary).toContain('packets of 1450 bytes are lost between the hosts');
  });

  test('is not the reason for lost data of a connection if other large packets are answered', () => {
    expect(codesWithout('tcp-large')).not.toContain('mtu-black-hole');
    expect(codesWithout('tcp-large')).toHaveLength(1);
    expect(codesWithout('tcp-large', 'udp-large')).toEqual(['mtu-black-hole']);
  });

  test('that a rule of the receiver causes is fixed by deleting the rule', () => {
    const { diagnoses } = reportOf(
      {
        container: (way, protocol) =>
          protocol.endsWith('large') && way === 'left right'
            ? { lastSeen: 'receiver-nic' }
            : 'answered',
      },
      { hosts: hostsWith(droppingRule) },
    );
    expect(diagnoses[0]).toMatchObject({
      code: 'mtu-black-hole',
      summary: expect.stringContaining('right has the rule "-A INPUT'),
      action: { kind: 'fix', host: 'right', commands: [droppingRule.undo] },
    });
  });

  test('that a rule causes which no command can name has a next step and no fix', () => {
    const { diagnoses } = reportOf(
      {
        tunnel: (way) => (way === 'left right' ? 'at-nic' : undefined),
        container: dead('receiver-nic'),
      },
      { hosts: hostsWith({ ...droppingRule, tool: 'nft', undo: undefined }) },
    );
    expect(diagnoses[0]).toMatchObject({
      code: 'vxlan-blocked',
      action: { kind: 'next-step', host: 'right', commands: [['nft', '-a', 'list', 'ruleset']] },
    });
  });

  test('without a known rule has a next step that measures the path with VXLAN overhead', () => {
    const [right] = hostsWith(droppingRule);
    const hosts = right === undefined ? [] : [{ ...right, kernel: withoutValue('not asked') }];
    const { diagnoses } = reportOf(
      {
        container: (way, protocol) =>
          protocol.endsWith('large') && way === 'left right'
            ? { lastSeen: 'sender-nic' }
            : 'answered',
      },
      { hosts },
    );
    // 1450 bytes in the overlay network and 50 bytes of VXLAN, without the 28 bytes of IPv4 and ICMP.
    expect(diagnoses[0]?.action).toMatchObject({
      kind: 'next-step',
      host: 'left',
      commands: [['ping', '-c', '3', '-M', 'do', '-s', '1472', right?.address]],
    });
  });

  test('on all paths of a host is at this host', () => {
    const hosts = ['left', 'middle', 'right'];
    const losing = (isIll: (way: string) => boolean): Ailments => ({
      hosts,
      container: (way, protocol) =>
        protocol.endsWith('large') && isIll(way) ? { lastSeen: 'sender-nic' } : 'answered',
    });
    const network = 'net';
    const code = 'mtu-black-hole';
    expect(found(losing((way) => way.includes('right')))).toEqual([
      { code, where: { host: 'right', network } },
    ]);
    expect(found(losing((way) => way.endsWith(' right')))).toEqual([
      { code, where: { peer: 'right', network } },
    ]);
    expect(found(losing((way) => way !== 'left right'))).not.toHaveLength(1);
  });

  test('is one finding if the other direction only loses the replies to large packets', () => {
    expect(
      found({
        container: (way, protocol) => {
          if (!protocol.endsWith('large')) return 'answered';
          if (way === 'left right') return { lastSeen: 'receiver-nic' };
          return protocol === 'icmp-large' ? 'arrived' : 'answered';
        },
      }),
    ).toHaveLength(1);
  });
});

describe('Wrong checksums', () => {
  const ailments: Ailments = {
    container: (way, protocol) => {
      if (protocol.startsWith('icmp')) return 'answered';
      return way === 'left right' ? { lastSeen: 'receiver' } : 'arrived';
    },
  };

  test('are found if ICMP passes, TCP and UDP are lost, and a kernel has counted checksum errors', () => {
    const checksumErrors = [{ host: 'right', container: 'c-right', tcp: 6, udp: 6 }];
    expect(found({ ...ailments, more: { checksumErrors } })).toEqual([
      { code: 'checksum-offload', where: leftToRight },
    ]);
  });

  test.for([
    [true, { kind: 'fix', commands: [['ethtool', '-K', 'eth1', 'tx', 'off']] }],
    [false, { kind: 'next-step', commands: [['nft', 'list', 'ruleset']] }],
  ] as const)(
    'with a network card that writes them (%s) have a matching fix',
    ([isOffloaded, action]) => {
      const checksumErrors = [{ host: 'right', container: 'c-right', tcp: 6, udp: 6 }];
      const [right] = hostsWith(droppingRule);
      const kernel = withValue({
        carrier: 'eth1',
        firewall: withValue([]),
        routes: [],
        offload: withValue({ 'tx-checksumming': isOffloaded }),
      } as unknown as KernelView);
      const hosts =
        right === undefined ? [] : [{ ...right, name: 'left', address: '192.168.99.101', kernel }];
      const { diagnoses } = reportOf({ ...ailments, more: { checksumErrors } }, { hosts });
      expect(diagnoses[0]?.action).toMatchObject({ ...action, host: 'left' });
    },
  );

  test('are not reported if no kernel has counted any', () => {
    expect(found(ailments)).toMatchObject([{ code: 'unexplained' }]);
  });

  test('that a kernel has counted are no finding while no packet is lost', () => {
    const checksumErrors = [{ host: 'right', container: 'c-right', tcp: 3, udp: 0 }];
    expect(found({ more: { checksumErrors } })).toEqual([]);
  });
});

describe('Isolation', () => {
  test('that a host breaks by routes to single endpoints is one finding with these routes', () => {
    const where = { host: 'left', network: 'red' };
    const overlap = (range: string) =>
      ({
        kind: 'subnets-overlap',
        where,
        expected: 'unused addresses',
        observed: { subnet: '10.0.9.0/24', range },
        text: `overlaps with the route to ${range}`,
      }) as const;
    const joined = {
      kind: 'networks-joined',
      where: { ...where, peer: 'left' },
      expected: 'nothing arrives',
      observed: { network: 'blue', ways: ['icmp'] },
      text: 'joined',
    } as const;
    const codes = (range: string) =>
      diagnoseDifferences([overlap(range), joined], observationOf({})).map(({ code }) => code);
    expect(codes('10.0.9.2')).toEqual(['isolation-broken']);
    expect(codes('10.0.0.0/16')).toEqual(['isolation-broken', 'subnet-overlap']);
  });

  test('is broken if any packet passes from one network to another', () => {
    const more = { isolation: [arrival('red', 'blue'), arrival('blue', 'red')] };
    // Both directions are one finding.
    expect(reportOf({ more }).diagnoses).toMatchObject([
      {
        code: 'isolation-broken',
        where: { ...leftToRight, network: 'red', towards: 'blue' },
        action: { host: 'left', commands: ['docker network inspect blue red'.split(' ')] },
      },
    ]);
  });
});

/** Returns lost packets from left to right. Requests of right arrive, but the replies are lost. */
function dead(lastSeen: 'receiver-nic' | 'sender-nic' | 'sender-vxlan') {
  return (way: string): Fate => (way === 'left right' ? { lastSeen } : 'arrived');
}

/** Returns a packet that passed from one network to another. */
function arrival(from: string, to: string) {
  return {
    from: { host: 'left', container: from, address: '10.0.1.2' },
    to: { host: 'right', container: to, address: '10.0.2.2' },
    fromNetwork: from,
    toNetwork: to,
    arrived: true,
    ways: ['frame' as const],
  };
}

/** Returns hosts of which the right one has these firewall rules. */
function hostsWith(...rules: readonly FirewallRule[]) {
  const kernel = { firewall: withValue(rules) } as unknown as KernelView;
  const nothing = { missing: 'not looked at', because: 'not-requested' } as const;
  return [
    {
      name: 'right',
      address: '192.168.99.102',
      pulse: 'answers' as const,
      engine: nothing,
      gossip: nothing,
      reach: nothing,
      balancing: nothing,
      kernel: withValue(kernel),
    },
  ];
}
