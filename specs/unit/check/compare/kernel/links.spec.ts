import { describe, expect, test } from 'vitest';
import type { Comparison } from '../../../../../helpers/check/model/comparison.ts';
import { kernelDevices } from '../../../../../helpers/check/compare/kernel/devices.ts';
import { kernelFirewall } from '../../../../../helpers/check/compare/kernel/firewall.ts';
import { kernelMtu } from '../../../../../helpers/check/compare/kernel/mtu.ts';
import { subnetsApart } from '../../../../../helpers/check/compare/engines/subnets.ts';
import type { Difference } from '../../../../../helpers/check/model/difference.ts';
import { diagnoseDifferences } from '../../../../../helpers/check/diagnose/diagnose.ts';
import type { Observation } from '../../../../../helpers/check/model/observation.ts';
import type { FirewallRule } from '../../../../../helpers/check/model/views/kernel-view.ts';
import type { TunnelTrial } from '../../../../../helpers/check/model/views/paths-view.ts';
import { withValue } from '../../../../../helpers/check/model/observed.ts';
import { type Changes, link, MASTER, NAMESPACE, NETWORK_ID, twoHosts, whole } from './two-hosts.ts';
import { overlayOf } from '../../observation.ts';

function differencesOf({ compare }: Comparison, observation: Observation): readonly Difference[] {
  const outcome = compare(observation);
  return outcome.state === 'failed' ? outcome.differences : [];
}

function diagnose(check: Comparison, changes: Changes) {
  const observation = twoHosts(changes);
  return diagnoseDifferences(differencesOf(check, observation), observation);
}

describe('VXLAN devices', () => {
  test('with the same VNI on all hosts pass; otherwise the key-value store decides which is wrong', () => {
    expect(diagnose(kernelDevices, {})).toEqual([]);
    const master = { ...whole, vni: 300 };
    const store = {
      store: { kind: 'consul' as const, address: '', port: 8500 },
      version: 'Consul 1.8.7',
      members: [],
      networks: [
        {
          id: NETWORK_ID,
          name: 'my-net',
          driver: 'overlay',
          subnets: ['10.0.9.0/24'],
          vnis: [256],
        },
      ],
      endpoints: [],
      strange: [],
    };
    expect(
      differencesOf(kernelDevices, twoHosts({ master, rest: { store: withValue(store) } })),
    ).toMatchObject([
      {
        kind: 'vxlan-mismatch',
        where: { host: 'master-host', network: 'my-net' },
        expected: { vni: [256] },
        observed: { vni: 300 },
      },
    ]);
  });

  test('that are down have a fix, and their lost neighbor entries are consequences', () => {
    const observation = twoHosts({ master: { ...whole, isUp: false } });
    const lost: Difference = {
      kind: 'neighbour-missing',
      where: { host: 'master-host', peer: 'worker-host', network: 'my-net', container: 'c' },
      expected: { address: '10.0.9.3', mac: '02:42:0a:00:09:03' },
      observed: null,
      text: 'no neighbor entry',
    };
    expect(
      diagnoseDifferences([...differencesOf(kernelDevices, observation), lost], observation),
    ).toMatchObject([
      {
        code: 'network-differs',
        consequences: [lost],
        action: {
          commands: [
            'ip link set vxlan0 up',
            'ip neigh replace 10.0.9.3 lladdr 02:42:0a:00:09:03 dev vxlan0 nud permanent',
          ].map((words) => `nsenter --net=${NAMESPACE} ${words}`.split(' ')),
        },
      },
    ]);
  });

  test('in a missing namespace are a finding; in an unreadable namespace, they are not compared', () => {
    expect(diagnose(kernelDevices, { kernel: { overlays: [] } })).toMatchObject([
      { code: 'network-differs', where: { host: 'master-host' } },
    ]);
    const unread = { idPrefix: 'f65940ce7f', namespace: NAMESPACE, why: 'Invalid argument' };
    expect(
      kernelDevices.compare(twoHosts({ kernel: { overlays: [], unreadOverlays: [unread] } })),
    ).toEqual({
      state: 'skipped',
      reason: 'kernel of master-host: Invalid argument',
      because: 'failed',
    });
  });
});

const carrier = (mtu: number) => ({
  kernel: { links: [link('eth1', { mtu, addresses: [`${MASTER}/24`] })] },
});

describe('The MTU of a container', () => {
  test('is 50 bytes smaller than the MTU between the hosts', () => {
    expect(diagnose(kernelMtu, carrier(1500))).toEqual([]);
    expect(diagnose(kernelMtu, carrier(1499))).toMatchObject([
      {
        code: 'mtu-black-hole',
        where: { host: 'master-host', network: 'my-net' },
        evidence: [
          { expected: { device: 'eth1', mtu: 1500 }, observed: { device: 'eth1', mtu: 1499 } },
        ],
      },
    ]);
  });

  test('is not larger than the MTU of the VXLAN device', () => {
    expect(diagnose(kernelMtu, { master: { ...whole, mtu: 1300 } })).toMatchObject([
      {
        code: 'mtu-black-hole',
        where: { host: 'master-host', network: 'my-net' },
        evidence: [{ observed: { device: 'vxlan0', mtu: 1300 } }],
        action: {
          commands: [`nsenter --net=${NAMESPACE} ip link set dev vxlan0 mtu 1450`.split(' ')],
        },
      },
    ]);
  });

  test('that was changed in one container is a finding for this container only', () => {
    const eth0 = link('eth0', { mtu: 1500, addresses: ['10.0.9.2/24'] });
    const rest = { routes: [], nameServers: [], hostsFile: [] };
    const containers = [{ containerId: 'id of tomcat-app', links: [eth0], ...rest }];
    expect(diagnose(kernelMtu, { kernel: { containers } })).toMatchObject([
      {
        where: { host: 'master-host', network: 'my-net', container: 'tomcat-app' },
        summary: 'eth0 of tomcat-app sends up to 1500 bytes, but my-net allows 1450',
        action: {
          commands: ['nsenter --target=4711 --net ip link set dev eth0 mtu 1450'.split(' ')],
        },
      },
    ]);
  });
});

const route = (destination: string, gateway?: string) => ({
  destination,
  gateway,
  device: 'eth0',
  source: undefined,
  mtu: undefined,
  table: 'main',
});

describe('Subnets of overlay networks', () => {
  test('may be part of a larger routed range, but must not overlap with a network of a host', () => {
    const behind = [route('default', '192.168.99.1'), route('10.0.0.0/8', '192.168.99.1')];
    expect(diagnose(subnetsApart, { kernel: { routes: behind } })).toEqual([]);
    expect(diagnose(subnetsApart, { kernel: { routes: [route('10.0.0.0/16')] } })).toMatchObject([
      {
        code: 'subnet-overlap',
        where: { host: 'master-host', network: 'my-net' },
        summary:
          'my-net has 10.0.9.0/24, which overlaps the route to 10.0.0.0/16 dev eth0 on master-host',
        action: { commands: [], effect: expect.stringContaining('--subnet 10.64.0.0/24') },
      },
    ]);
  });

  test.each([
    ['half of the overlay network', '10.0.9.128/25'],
    ['one address', '10.0.9.3/32'],
  ])('are not routed through a gateway for %s alone', (_part, destination) => {
    const routes = [route('default', '192.168.99.1'), route(destination, '192.168.99.7')];
    expect(diagnose(subnetsApart, { kernel: { routes } })).toMatchObject([
      {
        code: 'subnet-overlap',
        where: { host: 'master-host', network: 'my-net' },
        summary: `my-net has 10.0.9.0/24, which overlaps the route to ${destination} via 192.168.99.7 dev eth0 on master-host`,
      },
    ]);
  });

  test('have a fix that deletes a route if it is not one of the kernel', () => {
    const half = { ...route('10.0.9.128/25', '192.168.99.7'), protocol: 'static' };
    const one = { ...route('10.0.9.3/32', '192.168.99.7'), protocol: 'boot' };
    const found = (...routes: (typeof half)[]) =>
      diagnose(subnetsApart, { kernel: { routes } }).map(({ action }) =>
        action?.kind === 'fix'
          ? [action.host, ...action.commands.map((each) => each.join(' '))]
          : [],
      );
    expect(found(half, one)).toEqual([
      [
        'master-host',
        'ip route del 10.0.9.128/25 via 192.168.99.7 dev eth0',
        'ip route del 10.0.9.3/32 via 192.168.99.7 dev eth0',
      ],
    ]);
    // A route of another table would stay, and one of the kernel comes back with its address.
    expect(found({ ...half, table: '52' })).toEqual([[]]);
    expect(found({ ...half, protocol: 'kernel' })).toEqual([[]]);
    expect(found(half, { ...one, protocol: 'kernel' })).toEqual([[]]);
  });

  test('do not overlap with other networks: overlay networks, or bridge networks of a host', () => {
    const other = overlayOf('other', 'a'.repeat(64), '10.0.8.0/23');
    const bridge = overlayOf('bridged', 'b'.repeat(64), '10.0.9.128/25', {
      driver: 'bridge',
      scope: 'local',
    });
    for (const one of [other, bridge]) {
      const found = diagnose(subnetsApart, { engine: { networks: [one] } });
      expect(found.map(({ code }) => code)).toEqual(['subnet-overlap']);
      expect(found[0]?.evidence).toHaveLength(1);
    }
  });

  test("do not overlap with the hosts' own networks, which is also checked without probes", () => {
    const networks = [overlayOf('wide', 'c'.repeat(64), '192.168.0.0/16')];
    const [master, worker] = twoHosts({ engine: { networks } }).hosts;
    if (master === undefined || worker === undefined) throw new Error('two hosts expected');
    const { kernel } = { kernel: { missing: 'no probe', because: 'not-requested' as const } };
    const hosts = [
      { ...master, kernel },
      { ...worker, kernel },
    ];
    expect(differencesOf(subnetsApart, { ...twoHosts(), hosts })).toHaveLength(2);
  });
});

const rule: FirewallRule = {
  text: '-A INPUT -p udp -m udp --dport 4789 -j DROP',
  tool: 'iptables-nft',
  table: 'filter',
  chain: 'INPUT',
  hooks: ['input'],
  verdict: 'drop',
  concerns: ['vxlan'],
  isExplicit: true,
  packets: 3,
  undo: ['iptables', '-t', 'filter', '-D', 'INPUT', '-p', 'udp', '--dport', '4789', '-j', 'DROP'],
};
const tunnel: TunnelTrial = {
  network: 'my-net',
  networkId: NETWORK_ID,
  from: 'worker-host',
  to: 'master-host',
  reachedNic: true,
  letIn: false,
  cameOut: false,
  error: undefined,
};
const find = (one: FirewallRule, trial?: TunnelTrial) =>
  diagnose(kernelFirewall, {
    kernel: { firewall: withValue([one]) },
    later: whole,
    paths: { tunnels: trial === undefined ? [] : [trial] },
  });

describe('A firewall rule', () => {
  test('proves nothing alone, but explains why a packet was dropped', () => {
    expect(find(rule)).toEqual([]);
    expect(find(rule, { ...tunnel, letIn: true, cameOut: true })).toEqual([]);
    expect(find(rule, tunnel)).toMatchObject([
      {
        code: 'vxlan-blocked',
        where: { host: 'master-host' },
        summary:
          'iptables-nft on master-host: -A INPUT -p udp -m udp --dport 4789 -j DROP (3 packets)',
        action: { commands: [rule.undo] },
      },
    ]);
  });

  test('is not the cause if it matched no packet, or packets are lost on another path', () => {
    expect(find({ ...rule, packets: 0 }, tunnel)).toEqual([]);
    expect(find(rule, { ...tunnel, from: 'master-host', to: 'worker-host' })).toEqual([]);
    expect(find(rule, { ...tunnel, reachedNic: false })).toEqual([]);
    expect(find({ ...rule, hooks: ['output'] }, tunnel)).toEqual([]);
  });
});
