import { setTimeout as delay } from 'node:timers/promises';
import { describe } from 'vitest';
import { startMeasurement } from '../../helpers/measure/measure.ts';
import { expect } from '../../helpers/spec/expect.ts';
import { labTest } from '../diagnosis/lab-test.ts';
import type { DiagnosisLab } from '../diagnosis/lab.ts';
import { pathOf } from './path-of.ts';
import { inject } from './run-fault.ts';

const OWN = 'worker-host';

const test = labTest('seed', [OWN]);

async function inside({ provider }: DiagnosisLab, script: string): Promise<string> {
  const { stdout } = await provider.run(OWN, ['sh', '-ec', script], { limit: 120_000 });
  return stdout.trim();
}

const QUEUES = 'tc -o qdisc show';

/** Milliseconds of the slowest of three echoes from the machine with its own kernel. */
async function echo(lab: DiagnosisLab): Promise<number> {
  const times = await inside(lab, `ping -c 3 -i 0.2 -W 5 ${lab.address('master-host')}`);
  return Math.max(...[...times.matchAll(/ time=([\d.]+) ms/g)].map(([, ms]) => Number(ms)));
}

describe('A fault of a machine with its own kernel', () => {
  test.for([
    { name: 'packet-delay', by: 300, jitter: 20, queue: 'delay 300ms' },
    { name: 'packet-duplication', by: 40, queue: 'duplicate 40%' },
    { name: 'packet-reordering', by: 30, queue: 'reorder 30%' },
    { name: 'packet-corruption', by: 3, queue: 'corrupt 3%' },
    { name: 'rate-limit', by: 64, queue: 'rate 64Kbit' },
  ] as const)('$name is a queue for the other machines', async ({ queue, ...one }, { lab }) => {
    const before = await inside(lab, QUEUES);
    {
      await using _fault = await inject(lab, { ...one, machines: [OWN] });
      expect(await inside(lab, QUEUES)).toContain(queue);
    }
    expect(await inside(lab, QUEUES)).toBe(before);
  });

  test('packet-delay delays packets to other machines', async ({ lab }) => {
    await using _fault = await inject(lab, { name: 'packet-delay', machines: [OWN], by: 300 });
    expect(await echo(lab)).toBeGreaterThanOrEqual(300);
  });

  test('clock-changed moves the clock of one machine, and moves it back', async ({ lab }) => {
    const skew = async () => Number(await inside(lab, 'date +%s')) - Date.now() / 1000;
    {
      await using _fault = await inject(lab, {
        name: 'clock-changed',
        machines: [OWN],
        by: 86_400,
      });
      expect(await skew()).toBeGreaterThan(43_200);
    }
    expect(Math.abs(await skew())).toBeLessThan(43_200);
  });

  test('disk-full leaves no space for the engine, and gives it back', async ({ lab }) => {
    const write =
      'dd if=/dev/zero of=/var/lib/docker/more bs=1M count=1 2>&1 || :; rm -f /var/lib/docker/more';
    {
      await using _fault = await inject(lab, { name: 'disk-full', machines: [OWN] });
      expect(await inside(lab, write)).toContain('No space left on device');
    }
    expect(await inside(lab, write)).not.toContain('No space left on device');
  });

  test('is measured from both sides, with the same times', async ({ lab }) => {
    await using measurement = await startMeasurement(lab.provider, lab.document);
    await delay(1000);
    {
      await using _fault = await inject(lab, { name: 'packet-delay', machines: [OWN], by: 300 });
      await delay(3000);
    }
    {
      await using _fault = await inject(lab, { name: 'partition', machines: [OWN] });
      await delay(4000);
    }
    const report = await measurement.end();
    expect(report).toRecover();
    expect(report.unmeasured.filter((one) => !one.includes('too busy'))).toEqual([]);
    const { active = 0 } = report.faults[1] ?? {};
    for (const kind of ['icmp', 'udp', 'tcp'] as const) {
      for (const [from, other] of [
        ['mysqlserver', 'tomcat-app'],
        ['tomcat-app', 'mysqlserver'],
      ] as const) {
        const { outages, latencies } = pathOf(report, kind, from, other);
        expect(latencies.during?.p50, `${from} ${kind}`).toBeGreaterThanOrEqual(300);
        expect(latencies.before?.p50, `${from} ${kind}`).toBeLessThan(300);
        const partition = outages.find(({ to }) => to === undefined || to > active);
        expect(partition?.from, JSON.stringify(outages)).toBeLessThan(active + 2000);
        expect(partition?.to, JSON.stringify(outages)).toBeGreaterThan(active + 2000);
      }
    }
  });

  test('is measured again after it boots', async ({ lab }) => {
    await using measurement = await startMeasurement(lab.provider, lab.document);
    {
      await using _fault = await inject(lab, { name: 'machine-killed', machines: [OWN] });
    }
    const report = await measurement.end();
    expect(report.events.filter(({ machine }) => machine === OWN)).toContainEqual(
      expect.objectContaining({ text: 'the measurement continues' }),
    );
    const { outages } = pathOf(report, 'udp', 'mysqlserver', 'tomcat-app');
    expect(outages[0]?.because).toContain('sender down');
    expect(outages.at(-1)?.to).toBeDefined();
  });
});
