import { describe, expect, test } from 'vitest';
import { diagnoseObservation } from '../../../../helpers/check/audit.ts';
import { lineOf } from '../../../../helpers/check/model/command.ts';
import { ofKind } from '../../../../helpers/check/model/difference.ts';
import type { Observation } from '../../../../helpers/check/model/observation.ts';
import { withValue } from '../../../../helpers/check/model/observed.ts';
import type { HostState } from '../../../../helpers/check/model/views/host-state.ts';
import type { KernelView } from '../../../../helpers/check/model/views/kernel-view.ts';
import { readDockerRules } from '../../../../helpers/check/observe/kernel/docker-rules.ts';
import { sumColumn } from '../../../../helpers/check/observe/kernel/host-state.ts';
import { containerOf, NETWORK_ID, overlay } from '../healthy-cluster.ts';
import { engineOf, hostOf, kernelOf, observationOf, overlayOf } from '../observation.ts';

/** The rules of Docker 26.1.5 on a host with one container on an overlay: `iptables-nft-save -c`, without its headers. */
const RULES = `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
:DOCKER-ISOLATION-STAGE-1 - [0:0]
:DOCKER-ISOLATION-STAGE-2 - [0:0]
:DOCKER-USER - [0:0]
[0:0] -A FORWARD -j DOCKER-USER
[0:0] -A FORWARD -j DOCKER-ISOLATION-STAGE-1
[0:0] -A FORWARD -o docker_gwbridge -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
[0:0] -A FORWARD -o docker_gwbridge -j DOCKER
[0:0] -A FORWARD -i docker_gwbridge ! -o docker_gwbridge -j ACCEPT
[0:0] -A DOCKER-ISOLATION-STAGE-1 -i docker_gwbridge ! -o docker_gwbridge -j DOCKER-ISOLATION-STAGE-2
COMMIT
*nat
:PREROUTING ACCEPT [23:1460]
:POSTROUTING ACCEPT [13:2728]
:DOCKER - [0:0]
[4:240] -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
[0:0] -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
[0:0] -A POSTROUTING -s 172.18.0.0/16 ! -o docker_gwbridge -j MASQUERADE
[0:0] -A DOCKER -i docker_gwbridge -j RETURN
COMMIT
`;

/** The rules of Docker 28.5.2 on a host with two containers, of which one publishes the port 8080. */
const RULES_OF_28 = `*raw
:PREROUTING ACCEPT [957:219565]
:OUTPUT ACCEPT [0:0]
[0:0] -A PREROUTING -d 172.18.0.2/32 ! -i docker_gwbridge -j DROP
[0:0] -A PREROUTING -d 172.18.0.3/32 ! -i docker_gwbridge -j DROP
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
:DOCKER-BRIDGE - [0:0]
:DOCKER-CT - [0:0]
:DOCKER-FORWARD - [0:0]
:DOCKER-ISOLATION-STAGE-1 - [0:0]
:DOCKER-ISOLATION-STAGE-2 - [0:0]
:DOCKER-USER - [0:0]
[99:8537] -A FORWARD -j DOCKER-USER
[99:8537] -A FORWARD -j DOCKER-FORWARD
[11:660] -A DOCKER -d 172.18.0.3/32 ! -i docker_gwbridge -o docker_gwbridge -p tcp -m tcp --dport 8080 -j ACCEPT
[0:0] -A DOCKER ! -i docker0 -o docker0 -j DROP
[0:0] -A DOCKER ! -i docker_gwbridge -o docker_gwbridge -j DROP
[0:0] -A DOCKER-BRIDGE -o docker0 -j DOCKER
[11:660] -A DOCKER-BRIDGE -o docker_gwbridge -j DOCKER
[0:0] -A DOCKER-CT -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
[42:2919] -A DOCKER-CT -o docker_gwbridge -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
[99:8537] -A DOCKER-FORWARD -j DOCKER-CT
[57:5618] -A DOCKER-FORWARD -j DOCKER-ISOLATION-STAGE-1
[57:5618] -A DOCKER-FORWARD -j DOCKER-BRIDGE
[0:0] -A DOCKER-FORWARD -i docker0 -j ACCEPT
[0:0] -A DOCKER-FORWARD -i docker_gwbridge -o docker_gwbridge -j DROP
[46:4958] -A DOCKER-FORWARD -i docker_gwbridge ! -o docker_gwbridge -j ACCEPT
[0:0] -A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
[46:4958] -A DOCKER-ISOLATION-STAGE-1 -i docker_gwbridge ! -o docker_gwbridge -j DOCKER-ISOLATION-STAGE-2
[0:0] -A DOCKER-ISOLATION-STAGE-2 -o docker_gwbridge -j DROP
[0:0] -A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
COMMIT
*nat
:PREROUTING ACCEPT [54:3905]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [26:3436]
:POSTROUTING ACCEPT [37:4096]
:DOCKER - [0:0]
[65:4565] -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
[0:0] -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
[0:0] -A POSTROUTING -s 172.18.0.0/16 ! -o docker_gwbridge -j MASQUERADE
[0:0] -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
[0:0] -A DOCKER -i docker_gwbridge -j RETURN
[0:0] -A DOCKER -i docker0 -j RETURN
[11:660] -A DOCKER ! -i docker_gwbridge -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.18.0.3:8080
COMMIT
`;

const EMPTY = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\nCOMMIT\n';

/** `/proc/net/stat/nf_conntrack` of a kernel with two processors. */
const STATISTICS = `entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop icmp_error  expect_new expect_create expect_delete search_restart
00000024  00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000010 00000000 00000000  00000000 00000000 00000000 00000000
00000024  00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000002 00000000 00000000  00000000 00000000 00000000 00000000
`;

function stateOf({
  legacy = '',
  nft = RULES,
  ...parts
}: Partial<HostState> & { readonly legacy?: string; readonly nft?: string } = {}): HostState {
  return {
    forwards: true,
    connections: { count: 36, capacity: 262_144, dropped: 0 },
    configuresLiveRestore: false,
    docker: {
      backends: [readDockerRules('iptables-legacy', legacy), readDockerRules('iptables-nft', nft)],
      usesNftables: false,
      isUnmanaged: false,
    },
    ...parts,
  };
}

function withTable(table: { count: number; dropped: number }): HostState {
  return stateOf({ connections: { capacity: 100, ...table } });
}

const gateway = overlayOf('docker_gwbridge', 'gateway', '172.18.0.0/16', {
  driver: 'bridge',
  scope: 'local',
  options: { 'com.docker.network.bridge.name': 'docker_gwbridge' },
});

const nothing = { packets: 0, dropped: 0, errors: 0 };

function bridge(isUp: boolean): KernelView['links'] {
  const link = { kind: 'bridge', mac: '', mtu: 1500, received: nothing, sent: nothing };
  return [{ ...link, name: 'docker_gwbridge', isUp, addresses: ['172.18.0.1/16'] }];
}

interface Parts {
  readonly before?: HostState;
  readonly after?: HostState;
  readonly kernel?: Partial<KernelView>;
  readonly internal?: boolean;
}

/** Returns a host with a container on an overlay, which leaves through docker_gwbridge unless the overlay is internal. */
function hostWith({ before = stateOf(), after, kernel, internal = false }: Parts): Observation {
  return observationOf({
    kind: 'key-value',
    hosts: [
      hostOf('master-host', {
        address: '192.168.99.101',
        engine: engineOf({
          networks: [{ ...overlay, internal }, gateway],
          containers: [containerOf('tomcat-app')],
        }),
        kernel: kernelOf({
          links: bridge(true),
          hostVxlans: [],
          host: { before, after },
          ...kernel,
        }),
      }),
    ],
  });
}

const codes = new Set([
  'docker-rules-missing',
  'docker-rules-duplicated',
  'forwarding-disabled',
  'gateway-bridge-broken',
  'conntrack-table-full',
  'vxlan-device-foreign',
]);

/** Returns the findings about the state of the host, with their commands. */
function diagnose(observation: Observation) {
  return diagnoseObservation(observation)
    .diagnoses.filter(({ code }) => codes.has(code))
    .map(({ code, where, action }) => ({ code, where, command: lineOf(action?.commands ?? []) }));
}

const where = { host: 'master-host' };

describe("Docker's firewall rules", () => {
  test('are no finding if one backend has all of them', () => {
    expect(diagnose(hostWith({}))).toEqual([]);
    expect(diagnose(hostWith({ before: stateOf({ legacy: RULES, nft: '' }) }))).toEqual([]);
    expect(diagnose(hostWith({ before: stateOf({ nft: RULES_OF_28 }) }))).toEqual([]);
  });

  test.for([
    ['all rules', EMPTY, 3],
    ['the masquerading of docker_gwbridge', RULES.replace(/.*MASQUERADE\n/, ''), 1],
    ['the way to published ports', RULES.replace(/.*-A PREROUTING.*\n/, ''), 1],
    [
      'all rules of Docker 28 but those of users',
      RULES_OF_28.replace(/.*-j DOCKER-FORWARD\n/, ''),
      1,
    ],
  ] as const)('that are gone are a finding: %s', ([, nft, missing]) => {
    const state = stateOf({ nft });
    const observation = hostWith({ before: state, after: state });
    expect(diagnose(observation)).toEqual([
      { code: 'docker-rules-missing', where, command: 'systemctl restart docker' },
    ]);
    const [found] = diagnoseObservation(observation).diagnoses.flatMap(({ evidence }) =>
      ofKind(evidence, 'docker-rules-missing'),
    );
    expect(found?.expected).toHaveLength(missing);
  });

  test.for<[string, Parts]>([
    ['that are back at the second read', { before: stateOf({ nft: EMPTY }), after: stateOf() }],
    ['that no container needs', { before: stateOf({ nft: EMPTY }), internal: true }],
    [
      'of an engine that writes none',
      {
        before: stateOf({
          docker: { backends: [], usesNftables: false, isUnmanaged: true },
        }),
      },
    ],
    [
      'of an engine with its own tables',
      {
        before: stateOf({
          docker: { backends: [], usesNftables: true, isUnmanaged: false },
        }),
      },
    ],
    ['that could not be read', { before: stateOf({ docker: undefined }) }],
  ])('%s are no finding', ([, parts]) => {
    expect(diagnose(hostWith(parts))).toEqual([]);
  });

  test('in two backends have a fix that deletes the older ones', () => {
    const older = RULES.replaceAll('docker_gwbridge', 'br-0123456789ab').replaceAll(
      '172.18.',
      '172.30.',
    );
    const [found, ...others] = diagnose(hostWith({ before: stateOf({ legacy: older }) }));
    expect(others).toEqual([]);
    expect(found).toMatchObject({ code: 'docker-rules-duplicated', where });
    const commands = found?.command.split(' && ') ?? [];
    expect(commands[0]).toBe('iptables-legacy -P FORWARD ACCEPT');
    expect(commands).toContain(
      "iptables-legacy -t nat -D POSTROUTING -s 172.30.0.0/16 '!' -o br-0123456789ab -j MASQUERADE",
    );
    expect(commands).toHaveLength(9);
    expect(commands.filter((one) => one.includes('-D DOCKER'))).toEqual([]);
    const [swapped] = diagnose(hostWith({ before: stateOf({ legacy: RULES, nft: older }) }));
    expect(swapped?.command).toMatch(/^iptables -P FORWARD ACCEPT/);
  });
});

describe('A host', () => {
  test('that does not forward at both reads is a finding', () => {
    const off = stateOf({ forwards: false });
    expect(diagnose(hostWith({ before: off, after: off }))).toEqual([
      { code: 'forwarding-disabled', where, command: 'sysctl -w net.ipv4.ip_forward=1' },
    ]);
    expect(diagnose(hostWith({ before: off, after: stateOf() }))).toEqual([]);
    expect(diagnose(hostWith({ before: off, after: off, internal: true }))).toEqual([]);
    expect(diagnose(hostWith({ before: stateOf({ forwards: undefined }) }))).toEqual([]);
  });

  test('needs docker_gwbridge only for containers that use it', () => {
    const kernel = { links: bridge(false) };
    const broken = { code: 'gateway-bridge-broken', where };
    expect(diagnose(hostWith({ kernel }))).toEqual([
      { ...broken, command: 'ip link set docker_gwbridge up' },
    ]);
    expect(diagnose(hostWith({ kernel: { links: [] } }))).toEqual([
      { ...broken, command: 'systemctl restart docker' },
    ]);
    expect(diagnose(hostWith({ kernel: { links: [] }, internal: true }))).toEqual([]);
  });

  test.for([
    ['full at both reads', { count: 100, dropped: 7 }, { count: 95, dropped: 7 }, true],
    ['without room for a packet', { count: 90, dropped: 7 }, { count: 90, dropped: 8 }, true],
    ['without room between the reads', { count: 20, dropped: 7 }, { count: 75, dropped: 8 }, true],
    ['with room for all', { count: 36, dropped: 7 }, { count: 49, dropped: 8 }, false],
    ['whose room was doubled', { count: 51, dropped: 7 }, { count: 52, dropped: 9 }, false],
    ['full for a moment', { count: 100, dropped: 7 }, { count: 94, dropped: 7 }, false],
    ['that was full once', { count: 60, dropped: 7 }, { count: 60, dropped: 7 }, false],
  ] as const)('with a connection table %s', ([, before, after, isFound]) => {
    expect(diagnose(hostWith({ before: withTable(before), after: withTable(after) }))).toEqual(
      isFound
        ? [
            {
              code: 'conntrack-table-full',
              where,
              command: 'sysctl -w net.netfilter.nf_conntrack_max=200',
            },
          ]
        : [],
    );
  });

  test('may have VXLAN devices with other numbers or another port', () => {
    const store = withValue({
      store: { kind: 'consul' as const, address: '192.168.99.100', port: 8500 },
      version: '',
      members: [],
      networks: [{ id: NETWORK_ID, name: 'my-net', driver: 'overlay', subnets: [], vnis: [256] }],
      endpoints: [],
      strange: [],
    });
    const withDevice = (vni: number, port: number) => {
      const hostVxlans = [{ name: 'vx-000100-bfd9d', vni, port }];
      return diagnose({ ...hostWith({ kernel: { hostVxlans } }), store });
    };
    expect(withDevice(256, 4789)).toEqual([
      {
        code: 'vxlan-device-foreign',
        where: { ...where, network: 'my-net' },
        command: 'ip link delete vx-000100-bfd9d',
      },
    ]);
    expect(withDevice(257, 4789)).toEqual([]);
    expect(withDevice(256, 8472)).toEqual([]);
  });
});

test('Dropped connections are the sum of all processors, in hexadecimal', () => {
  expect(sumColumn(STATISTICS, 'drop')).toBe(18);
  expect(sumColumn('', 'drop')).toBe(0);
  expect(sumColumn('entries drop\n00000001', 'drop')).toBe(0);
});
