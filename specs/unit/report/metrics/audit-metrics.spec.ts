import { expect, test } from 'vitest';
import { diagnoseObservation } from '../../../../helpers/check/audit.ts';
import { valueOf, withValue } from '../../../../helpers/check/model/observed.ts';
import type { AuditReport } from '../../../../helpers/check/model/report.ts';
import type {
  LossTrial,
  PathsView,
  Trial,
} from '../../../../helpers/check/model/views/paths-view.ts';
import { AuditMetrics } from '../../../../helpers/report/metrics/audit-metrics.ts';
import { keyValueCluster, NETWORK_ID } from '../../check/healthy-cluster.ts';

function end(host: string) {
  return { host, container: undefined, address: '192.168.99.101' };
}

function trial(parts: Partial<Trial>): Trial {
  return {
    network: undefined,
    networkId: undefined,
    from: end('master-host'),
    to: end('worker-host'),
    protocol: 'icmp',
    size: 64,
    arrived: true,
    answered: true,
    answeredFrom: undefined,
    error: undefined,
    milliseconds: 2,
    sightings: [],
    ...parts,
  };
}

const { from, to } = trial({});
const loss: LossTrial = {
  network: 'my-net',
  networkId: NETWORK_ID,
  from,
  to,
  first: { sent: 30, lost: 3 },
  second: { sent: 100, lost: 10, lastSeen: {} },
};

const paths: PathsView = {
  hostTrials: [
    trial({ milliseconds: 1 }),
    trial({ milliseconds: 9, protocol: 'udp' }),
    trial({ milliseconds: undefined, arrived: false, answered: false }),
  ],
  gossip: [],
  managers: [],
  tunnels: [],
  trials: [1, 2, 30].map((milliseconds) =>
    trial({ network: 'my-net', networkId: NETWORK_ID, milliseconds }),
  ),
  isolation: [],
  losses: [loss],
  checksumErrors: [],
  pairs: { all: 1, probed: 1 },
  untried: [],
};

const raw = { IPAM: { Config: [{ Subnet: '10.0.9.0/24', Gateway: '10.0.9.1' }] } };

/** The report of three hosts, of which one has lost its container. */
function defective(view: PathsView = paths): AuditReport {
  const observation = keyValueCluster({ rest: { paths: withValue(view) } });
  const hosts = observation.hosts.map((host) => {
    const engine = valueOf(host.engine);
    if (engine === undefined) return host;
    const containers = host.name === 'third-host' ? [] : engine.containers;
    const networks = engine.networks.map((network) => ({ ...network, raw }));
    return { ...host, engine: withValue({ ...engine, containers, networks }) };
  });
  return {
    startedAt: '2026-12-01T12:00:00.000Z',
    milliseconds: 3500,
    ...diagnoseObservation({ ...observation, hosts }),
  };
}

/** The lines of the metrics of this project, without comments. */
async function linesOf({ registry }: AuditMetrics): Promise<string[]> {
  const text = await registry.metrics();
  expect(text).toMatch(/\n# EOF\n?$/);
  return text.split('\n').filter((line) => line.startsWith('overlay_e2e_'));
}

test('the metrics have the findings, pairs, addresses and times of a check', async () => {
  const metrics = new AuditMetrics('1.2.3');
  const report = defective();
  expect(report.diagnoses.map(({ code, where }) => [code, where.host])).toContainEqual([
    'container-down',
    'third-host',
  ]);
  metrics.update({ report }, []);
  metrics.updateCertificates([
    { host: 'master-host', certificate: 'engine', expires: new Date('2027-01-01T00:00:00Z') },
  ]);
  const lines = await linesOf(metrics);
  expect(lines).toEqual(
    expect.arrayContaining([
      'overlay_e2e_build_info{version="1.2.3"} 1',
      'overlay_e2e_checks_total{result="defects"} 1',
      'overlay_e2e_checks_total{result="failed"} 0',
      'overlay_e2e_result{result="healthy"} 0',
      'overlay_e2e_result{result="defects"} 1',
      'overlay_e2e_last_check_timestamp_seconds 1796126400',
      'overlay_e2e_last_check_duration_seconds 3.5',
      'overlay_e2e_hosts{state="examined"} 3',
      'overlay_e2e_findings{code="container-down",host="third-host",peer="",network=""} 1',
      // The median of the answered echoes.
      'overlay_e2e_pair_latency_seconds{from="master-host",to="worker-host",network=""} 0.001',
      'overlay_e2e_pair_latency_seconds{from="master-host",to="worker-host",network="my-net"} 0.002',
      'overlay_e2e_pair_loss_ratio{from="master-host",to="worker-host",network="my-net"} 0.1',
      'overlay_e2e_network_addresses{network="my-net"} 254',
      // The gateway, and the three endpoints that the store has.
      'overlay_e2e_network_addresses_used{network="my-net"} 4',
      'overlay_e2e_certificate_expiry_timestamp_seconds{host="master-host",certificate="engine"} 1798761600',
    ]),
  );
});

test('a later check replaces all series; a check that failed keeps them', async () => {
  const metrics = new AuditMetrics('1.2.3');
  metrics.update({ report: defective() }, []);
  const { observation } = defective({ ...paths, hostTrials: [], trials: [], losses: [] });
  const healthy = { ...defective(), observation, diagnoses: [], verdict: 'healthy' } as const;
  metrics.update({ report: healthy }, []);
  const lines = await linesOf(metrics);
  expect(lines.filter((line) => /_(?:findings|pair_\w+)\{/.test(line))).toEqual([]);
  expect(lines).toContain('overlay_e2e_result{result="healthy"} 1');

  metrics.update({ report: defective() }, []);
  const before = (await linesOf(metrics)).filter((line) => /_findings\{/.test(line));
  metrics.update({ failure: 'no answer' }, []);
  const after = await linesOf(metrics);
  expect(before.length).toBeGreaterThan(0);
  expect(after.filter((line) => /_findings\{/.test(line))).toEqual(before);
  expect(after).toContain('overlay_e2e_result{result="failed"} 1');
  expect(after).toContain('overlay_e2e_result{result="defects"} 0');
});

test('a flapping finding is a series, and is counted when it begins', async () => {
  const metrics = new AuditMetrics('1.2.3');
  const report = defective();
  const [diagnosis] = report.diagnoses;
  if (diagnosis === undefined) throw new Error('a finding expected');
  metrics.update({ report }, [{ diagnosis, appearances: 3 }]);
  metrics.countFlaps(1);
  const lines = await linesOf(metrics);
  expect(lines).toContain('overlay_e2e_flaps_total 1');
  expect(lines.filter((line) => line.startsWith('overlay_e2e_finding_flapping{'))).toHaveLength(1);
});

test('hostile and many names stay one line each, within a limit', async () => {
  const metrics = new AuditMetrics('1.2.3');
  const report = defective();
  const [first] = report.diagnoses;
  if (first === undefined) throw new Error('a finding expected');
  const diagnoses = Array.from({ length: 6000 }, (_, index) => ({
    ...first,
    where: { host: `h"\n\\${index}\u001B[31m`, network: 'n'.repeat(5000) },
  }));
  metrics.update({ report: { ...report, diagnoses } }, []);
  const lines = await linesOf(metrics);
  const findings = lines.filter((line) => line.startsWith('overlay_e2e_findings{'));
  expect(findings).toHaveLength(5000);
  expect(findings[0]).toMatch(/host="h\\"\\\\u\{a\}|host="h\\"/);
  expect(Math.max(...findings.map((line) => line.length))).toBeLessThan(500);
  // oxlint-disable-next-line no-control-regex
  expect(findings.filter((line) => /[\u0000-\u001F]/.test(line))).toEqual([]);
  expect(lines).toContain('overlay_e2e_series_dropped{metric="overlay_e2e_findings"} 1000');
});
