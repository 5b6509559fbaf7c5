import type { ComparisonOutcome } from '../../../../helpers/check/model/comparison.ts';
import type { AuditReport, ComparisonResult } from '../../../../helpers/check/model/report.ts';
import type { Diagnosis } from '../../../../helpers/check/model/diagnosis.ts';
import type { Difference } from '../../../../helpers/check/model/difference.ts';
import type { HostView } from '../../../../helpers/check/model/observation.ts';
import type {
  PathsView,
  Protocol,
  Trial,
} from '../../../../helpers/check/model/views/paths-view.ts';
import { withValue, withoutValue } from '../../../../helpers/check/model/observed.ts';
import { containerAnswer } from '../../../../helpers/docker/containers/container-facts.ts';
import { observationOf, overlayOf } from '../../check/observation.ts';

/** A word in the engines' responses that must not appear in any output. */
export const secret = 'MYSQL_ROOT_PASSWORD=top-secret';

const networkId = '8e2f1c6a9d3b47f0a5c1e8d2b6f4a09371c5e2d8f6b4a0937e1c5d2f8b6a4093';

/** Returns true for a trial that fails; all others succeed in both directions. */
export type Dies = (
  from: string,
  to: string,
  what: Protocol | 'host' | 'gossip' | 'vxlan',
) => boolean;

/**
 * Returns a report of a key-value cluster with this number of hosts. Each has one container, and all containers reach
 * each other.
 */
export function reportOf(
  count: number,
  { dies = () => false, ...parts }: Partial<AuditReport> & { readonly dies?: Dies } = {},
): AuditReport {
  const names = count === 2 ? ['master-host', 'worker-host'] : numbered(count);
  const comparisons: readonly ComparisonResult[] = [
    check('engines-answer', 'engines', 'every engine answers', {
      state: 'passed',
      evidence: names.map((name) => `${name}: engine 20.10.5`),
    }),
    check('kernel-forwarding', 'kernel', 'every host knows where each container is', {
      state: 'passed',
      evidence: [`${count} entries`],
    }),
    check('swarm-nodes', 'engines', 'the managers have every node as ready', {
      state: 'skipped',
      reason: 'this is a key-value cluster',
      because: 'not-applicable',
    }),
    check('application-answer', 'application', 'the application answers as it should', {
      state: 'skipped',
      reason: 'nobody said which application there is',
      because: 'not-requested',
    }),
  ];
  return {
    target: 'topology seed',
    startedAt: '2026-11-27T18:30:00.000Z',
    milliseconds: 2140,
    verdict: 'healthy',
    diagnoses: [],
    notes: [],
    comparisons,
    coverage: { examined: count, known: count, unexamined: [], unsupported: [] },
    observation: observationOf({
      target: 'topology seed',
      kind: 'key-value',
      hosts: names.map((name, index) => hostOf(name, index)),
      store: withValue({
        store: { kind: 'consul', address: '192.168.99.100', port: 8500 },
        version: 'Consul 1.8.7',
        members: names.map((_, index) => ({ advertised: `192.168.99.${101 + index}:2376` })),
        networks: [
          {
            id: networkId,
            name: 'my-net',
            driver: 'overlay',
            subnets: ['10.0.9.0/24'],
            vnis: [256],
          },
        ],
        endpoints: [],
        strange: [],
      }),
      paths: withValue(pathsOf(names, dies)),
    }),
    ...parts,
  };
}

/** Returns a report of 48 hosts that examined a sample of the paths between them. */
export function sampledReport(parts: Partial<AuditReport> = {}): AuditReport {
  const report = reportOf(48, parts);
  const { observation } = report;
  if ('missing' in observation.paths) throw new Error('no paths');
  const paths = withValue({
    ...observation.paths.value,
    hostPairs: { all: 2256, probed: 480 },
    pairs: { all: 9024, probed: 1000, overCapacity: 3 },
    neighbors: 10,
  });
  return { ...report, observation: { ...observation, paths } };
}

export function check(
  name: string,
  layer: ComparisonResult['layer'],
  title: string,
  outcome: ComparisonOutcome,
): ComparisonResult {
  return { name, title, layer, needs: 'api', ...outcome };
}

export const absent: Difference = {
  kind: 'forwarding-missing',
  where: { host: 'master-host', network: 'my-net', container: 'mysqlserver' },
  expected: { mac: '02:42:0a:00:09:03', dst: '192.168.99.102', state: 'permanent' },
  observed: null,
  text: 'master-host has no forwarding entry for mysqlserver (02:42:0a:00:09:03)',
};

const deadPath: Difference = {
  kind: 'container-path-dead',
  where: {
    host: 'master-host',
    peer: 'worker-host',
    network: 'my-net',
    container: 'tomcat-app',
    towards: 'mysqlserver',
  },
  expected: { icmp: 'answered' },
  observed: { outcomes: { icmp: 'lost' }, lastSeen: null, errors: [] },
  text: 'tomcat-app gets no answer from mysqlserver: icmp, tcp, udp',
};

const entry = '02:42:0a:00:09:03 dev vxlan0 dst 192.168.99.102 self permanent'.split(' ');

export const forwardingMissing: Diagnosis = {
  code: 'forwarding-entry-missing',
  where: absent.where,
  summary:
    'the kernel of master-host does not know that mysqlserver is on worker-host: its forwarding table on my-net has only the bridge’s half of the entry',
  evidence: [absent],
  consequences: [deadPath],
  action: {
    kind: 'fix',
    host: 'master-host',
    commands: [
      ['nsenter', '--net=/run/docker/netns/1-8e2f1c6a9d', 'bridge', 'fdb', 'replace', ...entry],
    ],
    effect: 'writes the entry that the engine would have written, and touches nothing else',
    restores: { networkId, commands: [['bridge', 'fdb', 'replace', ...entry]] },
  },
};

/** Returns a report of the seed topology with one forwarding entry missing on master-host. */
export function brokenReport(): AuditReport {
  const inner = new Set<string>(['icmp', 'icmp-large', 'tcp', 'udp', 'tcp-large', 'udp-large']);
  return reportOf(2, {
    dies: (from, _to, what) => from === 'master-host' && inner.has(what),
    verdict: 'defects',
    diagnoses: [forwardingMissing],
    comparisons: [
      ...reportOf(2).comparisons.filter(({ name }) => name !== 'kernel-forwarding'),
      check('kernel-forwarding', 'kernel', 'every host knows where each container is', {
        state: 'failed',
        differences: [absent],
      }),
      check('container-paths', 'paths', 'every container reaches every other', {
        state: 'failed',
        differences: [deadPath],
      }),
    ],
  });
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `host-${String(index + 1).padStart(2, '0')}`);
}

function containerNameOf(index: number): string {
  return ['tomcat-app', 'mysqlserver'][index] ?? `web-${index + 1}`;
}

function hostOf(name: string, index: number): HostView {
  const address = `192.168.99.${101 + index}`;
  const inside = `10.0.9.${2 + index}`;
  return {
    name,
    address,
    engine: withValue({
      info: {
        id: `ID${index}`,
        name,
        serverVersion: '20.10.5+dfsg1',
        kernelVersion: '6.18.0',
        operatingSystem: 'Debian GNU/Linux 13 (trixie)',
        architecture: 'x86_64',
        storageDriver: 'overlay2',
        labels: [],
        clusterStore: 'consul://192.168.99.100:8500',
        clusterAdvertise: `${address}:2376`,
        swarm: 'inactive',
        swarmNode: undefined,
        swarmError: '',
        liveRestore: false,
        containersRunning: 1,
        rootFolder: '/var/lib/docker',
        systemTime: '2026-11-27T18:30:00Z',
        warnings: [],
        systemStatus: [],
      },
      networks: [overlayOf('my-net', networkId, '10.0.9.0/24', { raw: { secret } })],
      containers: [
        containerAnswer.parse({
          Id: `container${index}`,
          Name: `/${containerNameOf(index)}`,
          Image: 'sha256:0',
          RestartCount: 0,
          State: {
            Status: 'running',
            Running: true,
            ExitCode: 0,
            Error: '',
            Pid: 100 + index,
            StartedAt: '2026-11-27T18:00:00Z',
          },
          Config: {
            Image: index === 1 ? 'docam/mysql' : 'docam/tomcat',
            Hostname: 'x',
            Tty: false,
            Labels: null,
            Env: [secret],
          },
          HostConfig: {},
          NetworkSettings: {
            Networks: {
              'my-net': {
                NetworkID: networkId,
                EndpointID: `endpoint${index}`,
                IPAddress: inside,
                IPPrefixLen: 24,
                Gateway: '',
                MacAddress: `02:42:0a:00:09:${(index + 2).toString(16).padStart(2, '0')}`,
              },
            },
            Ports: index === 0 ? { '8080/tcp': [{ HostIp: '0.0.0.0', HostPort: '8080' }] } : {},
          },
        }),
      ],
    }),
    pulse: 'answers',
    reach: withoutValue('not looked at', 'not-requested'),
    balancing: withoutValue('not looked at', 'not-requested'),
    gossip: withoutValue('not looked at', 'not-requested'),
    kernel: withoutValue('not looked at', 'not-requested'),
  };
}

function pathsOf(names: readonly string[], dies: Dies): PathsView {
  const pairs = names.flatMap((from, index) =>
    names.flatMap((to, other) => (from === to ? [] : [{ from, to, index, other }])),
  );
  const trial = (
    { from, to, index, other }: (typeof pairs)[number],
    protocol: Protocol,
    inside: boolean,
  ): Trial => {
    const lost = dies(from, to, inside ? protocol : 'host');
    const answered = !lost && !dies(to, from, inside ? protocol : 'host');
    const network = inside ? 'my-net' : undefined;
    const container = (one: number) => (inside ? containerNameOf(one) : undefined);
    const address = (one: number) => (inside ? `10.0.9.${2 + one}` : `192.168.99.${101 + one}`);
    return {
      network,
      networkId: inside ? networkId : undefined,
      from: { host: from, container: container(index), address: address(index) },
      to: { host: to, container: container(other), address: address(other) },
      protocol,
      size: protocol.endsWith('large') ? 1450 : 84,
      arrived: !lost,
      answered,
      answeredFrom: undefined,
      error: lost ? 'no answer after 2 s' : undefined,
      milliseconds: answered ? 0.4 : undefined,
      sightings: [],
    };
  };
  const inner: readonly Protocol[] = ['icmp', 'icmp-large', 'tcp', 'udp'];
  return {
    hostTrials: pairs.map((pair) => trial(pair, 'icmp', false)),
    gossip: pairs.map(({ from, to }) => {
      const lost = dies(from, to, 'gossip');
      const error = lost ? 'no answer' : undefined;
      const came = { arrived: !lost, letIn: !lost };
      return { from, to, transport: 'udp', answered: !lost, seen: undefined, ...came, error };
    }),
    tunnels: pairs.map(({ from, to }) => {
      const lost = dies(from, to, 'vxlan');
      const network = { network: 'my-net', networkId };
      const came = { reachedNic: true, letIn: !lost, cameOut: !lost };
      return { ...network, from, to, ...came, error: undefined };
    }),
    trials: pairs.flatMap((pair) => inner.map((protocol) => trial(pair, protocol, true))),
    isolation: [],
    checksumErrors: [],
    managers: [],
    untried: [],
    pairs: { all: pairs.length, probed: pairs.length },
  };
}
