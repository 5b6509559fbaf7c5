import { describe, expect } from 'vitest';
import type { FaultRequest } from '../../helpers/fault/fault.ts';
import { injectFault } from '../../helpers/fault/inject-fault.ts';
import { planFault } from '../../helpers/fault/plan-fault.ts';
import { faultClusterOf } from '../../helpers/topology/target/fault-cluster.ts';
import { labTest } from '../diagnosis/lab-test.ts';
import type { DiagnosisLab } from '../diagnosis/lab.ts';

const OWN = 'worker-host';

const test = labTest('seed', [OWN]);

async function inject({ document, provider }: DiagnosisLab, request: FaultRequest) {
  return await injectFault(provider, planFault(await faultClusterOf(document, provider), request));
}

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
});
