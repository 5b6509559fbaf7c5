import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, onTestFinished } from 'vitest';
import { startMeasurement } from '../../helpers/measure/measure.ts';
import type { MeasurementReport } from '../../helpers/measure/measurement.ts';
import { drawMeasuredLatencies } from '../../helpers/report/pictures/draw-measured-latencies.ts';
import { drawTimeline } from '../../helpers/report/pictures/draw-timeline.ts';
import { expect } from '../../helpers/spec/expect.ts';
import { labTest } from '../diagnosis/lab-test.ts';
import { pathOf } from './path-of.ts';
import { inject, startFault } from './run-fault.ts';

const test = labTest('seed');

/**
 * Returns everything that never recovered, in words. Without the defect of engines that requests can provoke: a kernel learns
 * the place of a container from a packet, and then the engine cannot add its entry
 * (https://github.com/moby/moby/pull/53663). Packets still arrive.
 */
function unexpectedIn({ neverRecovered }: MeasurementReport): string[] {
  const { paths, layers, findings, unknown } = neverRecovered;
  const isKnown = findings.some(({ code }) => code === 'forwarding-entry-missing');
  return [
    ...paths.map(({ from, to, kind }) => `${from} → ${to} ${kind}`),
    ...layers.filter((layer) => !(isKnown && layer === 'kernel tables')),
    ...findings.flatMap(({ code, where, summary }) =>
      code === 'forwarding-entry-missing' ? [] : [`${code}, ${where}: ${summary}`],
    ),
    ...(unknown === undefined ? [] : [unknown]),
  ];
}

const containers = ['tomcat-app', 'mysqlserver'] as const;
const kinds = ['icmp', 'udp', 'tcp', 'stream'] as const;

describe('A measurement', () => {
  test('of an undisturbed cluster has no outage, and 20 requests a second', async ({ lab }) => {
    await using measurement = await startMeasurement(lab.provider, lab.document);
    await delay(5000);
    const report = await measurement.end();
    expect(report).toHaveNoOutage();
    expect(report).toRecover();
    expect(report.faults).toEqual([]);
    expect(new Set(report.paths.map(({ kind }) => kind))).toEqual(
      new Set(['icmp', 'udp', 'tcp', 'stream', 'name', 'http']),
    );
    // Not more than 20 requests a second, and on a busy computer fewer.
    for (const { sent, answered } of report.paths) {
      expect(sent).toBeLessThanOrEqual(report.duration / 50 + 2);
      expect(answered).toBeGreaterThan(20);
    }
  });

  test('of a partition has an outage that begins and ends with it', async ({ lab }) => {
    await using measurement = await startMeasurement(lab.provider, lab.document);
    await delay(1000);
    {
      await using _fault = await inject(lab, { name: 'partition', machines: ['worker-host'] });
      await delay(4000);
    }
    const report = await measurement.end();
    expect(report).toRecover();
    const [fault, ...others] = report.faults;
    expect(others).toEqual([]);
    const { from = 0, active = 0, to = 0 } = fault ?? {};
    for (const kind of kinds) {
      const { outages } = pathOf(report, kind, 'tomcat-app', 'mysqlserver');
      // An answer may take almost a second. The partition begins between the two times.
      expect(outages[0]?.from).toBeGreaterThanOrEqual(from - 1000);
      expect(outages[0]?.from).toBeLessThan(active + 4000);
      expect(outages.at(-1)?.to).toBeGreaterThanOrEqual(active + 3500);
      expect(outages[0]?.because).toContain('no answer');
    }
    expect(pathOf(report, 'icmp', 'tomcat-app', 'mysqlserver').longestGap).toBeGreaterThan(3500);
    // Docker's name server on the same host still knows the name.
    expect(pathOf(report, 'name', 'tomcat-app', 'mysqlserver').outages).toEqual([]);
    expect(to).toBeGreaterThan(active + 3500);
    expect(report.layers.map(({ layer }) => layer)).toEqual([
      'engines',
      'store or managers',
      'gossip',
      'networks',
      'kernel tables',
      'names',
      'packets',
      'application',
    ]);
    expect(report.lastLayer?.at).toBeGreaterThan(to);
  });

  test('of a paused engine has no outage of packets, but of names', async ({ lab }) => {
    await using measurement = await startMeasurement(lab.provider, lab.document);
    {
      await using _fault = await inject(lab, { name: 'engine-paused', machines: ['worker-host'] });
      await delay(3000);
    }
    const report = await measurement.end();
    expect(report).toRecover();
    for (const kind of kinds) {
      for (const from of containers) {
        const to = from === 'tomcat-app' ? 'mysqlserver' : 'tomcat-app';
        expect(pathOf(report, kind, from, to).outages).toEqual([]);
      }
    }
    const { from = 0, active = 0 } = report.faults[0] ?? {};
    const { outages } = pathOf(report, 'name', 'mysqlserver', 'tomcat-app');
    expect(outages).toHaveLength(1);
    // The last queries are answered when the engine continues, in less than a second.
    expect(outages[0]?.from).toBeGreaterThanOrEqual(from - 1000);
    expect(outages[0]?.from).toBeLessThan(active + 3000);
    expect(outages[0]?.to).toBeGreaterThanOrEqual(active + 2000);
  });

  test('of a killed machine follows its containers', async ({ lab }) => {
    await using measurement = await startMeasurement(lab.provider, lab.document);
    {
      await using _fault = await inject(lab, { name: 'machine-killed', machines: ['worker-host'] });
      await delay(2000);
    }
    const report = await measurement.end();
    expect(unexpectedIn(report)).toEqual([]);
    const { active = 0 } = report.faults[0] ?? {};
    for (const kind of kinds) {
      const { outages } = pathOf(report, kind, 'tomcat-app', 'mysqlserver');
      expect(outages[0]?.from).toBeLessThan(active + 2000);
      expect(outages.at(-1)?.to).toBeGreaterThan(active + 2000);
    }
    expect(pathOf(report, 'udp', 'mysqlserver', 'tomcat-app').outages[0]?.because).toContain(
      'sender down',
    );
  });

  test('of a defect that stays says that it never recovered, with its code', async ({ lab }) => {
    const run = async (what: 'I' | 'D') => {
      const rule = `iptables -w -${what} INPUT -p udp --dport 4789 -j DROP`;
      await lab.provider.run('worker-host', ['sh', '-c', rule]);
    };
    await using measurement = await startMeasurement(lab.provider, lab.document);
    await run('I');
    onTestFinished(() => run('D'));
    const report = await measurement.end({ settle: 5000 });
    expect(report).not.toRecover();
    const { paths, layers, findings } = report.neverRecovered;
    expect(paths).toContainEqual({ kind: 'udp', from: 'tomcat-app', to: 'mysqlserver' });
    expect(layers).toContain('packets');
    expect(findings.map(({ code }) => code)).toContain('vxlan-blocked');
  });

  test('is data and two pictures of the command', async ({ lab }) => {
    const folder = await mkdtemp(join(tmpdir(), 'overlay-e2e-measure-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const [timeline, latencies] = [join(folder, 'timeline.svg'), join(folder, 'latencies.svg')];
    const pictures = ['--svg', timeline, '--latencies', latencies] as const;
    const args = ['--for=3', '--measure', '--json', ...pictures] as const;
    const { exitCode, stdout } = await startFault(lab, 'vxlan-blocked', 'worker-host', ...args)
      .ended;
    const report = JSON.parse(stdout) as MeasurementReport;
    expect(report.version).toBe(1);
    expect(report.faults).toHaveLength(1);
    expect(pathOf(report, 'udp', 'tomcat-app', 'mysqlserver').outages).not.toEqual([]);
    expect(await readFile(timeline, 'utf8')).toBe(await drawTimeline(report));
    expect(await readFile(latencies, 'utf8')).toBe(await drawMeasuredLatencies(report));
    expect(exitCode).toBe(0);
  });
});
