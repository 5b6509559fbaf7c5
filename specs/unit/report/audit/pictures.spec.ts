import { describe, expect, test } from 'vitest';
import type { Diagnosis } from '../../../../helpers/check/diagnosis.ts';
import type { AuditReport } from '../../../../helpers/check/report.ts';
import { unseen } from '../../../../helpers/check/observed.ts';
import { drawPathMatrix } from '../../../../helpers/report/audit/draw-path-matrix.ts';
import { drawTopology } from '../../../../helpers/report/audit/draw-topology.ts';
import { textsOf } from '../read-svg.ts';
import { brokenReport, reportOf, secret } from './reports.ts';

describe('The picture of a topology', () => {
  test('shows hosts, engines, the store, networks, containers with addresses and published ports', () => {
    const texts = textsOf(drawTopology(brokenReport()));
    expect(texts).toEqual(
      expect.arrayContaining([
        '✖ topology seed: 1 defect',
        'my-net · 10.0.9.0/24 · VXLAN 256',
        'Consul 1.8.7',
        '192.168.99.100:8500',
        'key-value store · 2 members',
        'master-host',
        '192.168.99.101',
        'engine 20.10.5+dfsg1',
        'tomcat-app',
        '10.0.9.2',
        'port 8080 → 8080/tcp · docam/tomcat',
        'worker-host',
        'mysqlserver',
        '10.0.9.3',
      ]),
    );
  });

  test('has the diagnosis at its host, and an arrow from there to what is not reached, by its number', () => {
    const svg = drawTopology(brokenReport());
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining(['✖ 1 forwarding-entry-missing', 'network my-net, mysqlserver', '✖1']),
    );
    expect(svg.match(/class="hop"/g)).toHaveLength(1);
    expect(drawTopology(reportOf(2))).not.toMatch(/class="(hop|pill|card broken)"/);
  });

  test('leads from the host that a diagnosis names to its peer, or to the store, whichever it is of 16', () => {
    const svg = drawTopology(
      withDiagnoses(reportOf(16), [
        { code: 'vxlan-blocked', where: { host: 'host-03', peer: 'host-09' } },
        { code: 'keystore-unreachable', where: { host: 'host-05' } },
        { code: 'container-down', where: { host: 'host-02', container: 'gone' } },
        { code: 'application-error', where: {} },
      ]),
    );
    const arrows = [...svg.matchAll(/class="arrow" d="M388 ([\d.]+)/g)].map(([, y]) => Number(y));
    const yOf = (text: string) => Number(new RegExp(`y="([\\d.]+)"[^>]*>${text}<`).exec(svg)?.[1]);
    expect(arrows).toEqual([yOf('host-09') - 4, yOf('Consul 1.8.7') + 3]);
    expect(textsOf(svg)).toContain('✖ 3 container-down');
    expect(textsOf(svg)).toContain('✖ 4 application-error');
  });

  test('says of an engine and of a store that does not answer why', () => {
    const report = reportOf(2);
    const [first, ...others] = report.observation.hosts;
    if (first === undefined) throw new Error('no host');
    const silent = { ...first, engine: unseen('master-host: connection refused') };
    const hosts = [silent, ...others];
    const store = unseen('no answer after 15 s');
    const svg = drawTopology({ ...report, observation: { ...report.observation, hosts, store } });
    expect(textsOf(svg)).toContain('engine: connection refused');
    expect(textsOf(svg)).toContain('no answer after 15 s');
    expect(svg.match(/class="card gone"/g)).toHaveLength(2);
  });

  test('is no wider than a phone can show, and its text is all there is of it: nothing is loaded', () => {
    for (const svg of [drawTopology(brokenReport()), drawTopology(reportOf(16))]) {
      expect(Number(/ width="(\d+)"/.exec(svg)?.[1])).toBeLessThanOrEqual(500);
      expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(
        /https?:|href|url\(|<script|<image|<foreignObject|@import/i,
      );
      expect(svg).toContain('prefers-color-scheme: dark');
    }
  });

  test('what a host calls itself stays text, and what is secret stays out', () => {
    const report = { ...brokenReport(), target: '<script>alert("&")</script>' };
    const svg = drawTopology(report);
    expect(svg).not.toContain('<script');
    expect(textsOf(svg).join(' ')).toContain('<script>alert("&")</script>');
    expect(svg).not.toContain(secret);
  });
});

describe('The picture of all paths', () => {
  test('has a grid for each kind of path that dies in its own way, with a sign in each cell', async () => {
    const texts = textsOf(await drawPathMatrix(brokenReport()));
    expect(texts).toEqual(
      expect.arrayContaining(['host, gossip, vxlan', 'icmp, large, tcp, udp', '✖  did not arrive']),
    );
    expect(texts.filter((text) => text === '✔')).toHaveLength(2);
    expect(texts.filter((text) => text === '✖')).toHaveLength(1);
    expect(texts.filter((text) => text === '→')).toHaveLength(1);
  });

  test('of 16 hosts that all reach each other has one grid', async () => {
    const texts = textsOf(await drawPathMatrix(reportOf(16)));
    expect(texts.filter((text) => text === '✔')).toHaveLength(240);
  });

  test('without live probes says why there are none', async () => {
    const report = brokenReport();
    const paths = unseen('no probes are wanted', 'unasked');
    const svg = await drawPathMatrix({ ...report, observation: { ...report.observation, paths } });
    expect(textsOf(svg)).toContain('no live probes: no probes are wanted');
  });
});

function withDiagnoses(
  report: AuditReport,
  diagnoses: readonly Pick<Diagnosis, 'code' | 'where'>[],
): AuditReport {
  const rest = { summary: 'something is wrong', evidence: [], consequences: [] };
  return {
    ...report,
    verdict: 'defects',
    diagnoses: diagnoses.map((one) => ({ ...one, ...rest })),
  };
}
