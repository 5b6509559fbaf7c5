import { describe, expect } from 'vitest';
import { lineOf } from '../../helpers/check/model/command.ts';
import { renderVerdict } from '../../helpers/report/text/render-report.ts';
import { attach } from '../../helpers/report/results/evidence.ts';
import { ping } from '../../helpers/docker/containers/ping.ts';
import { firstCar } from '../../helpers/workload/car-service.ts';
import { requestCar } from '../../helpers/workload/request-car.ts';
import { auditBroken, findMistakes } from '../diagnosis/defect.ts';
import { ownKernelDefects } from '../diagnosis/defects/own-kernel.ts';
import { labTest } from '../diagnosis/lab-test.ts';
import type { DiagnosisLab } from '../diagnosis/lab.ts';
import { breakCluster } from '../faults/fault.ts';

const OWN = 'worker-host';
const SHARED = 'master-host';

const test = labTest('seed', [OWN]);

/** Runs a shell script in a machine. */
async function inside({ provider }: DiagnosisLab, machine: string, text: string): Promise<string> {
  return (await provider.run(machine, ['sh', '-ec', text], { limit: 180_000 })).stdout.trim();
}

/** The number of a kernel's boot, which no other kernel has. */
const BOOT = 'cat /proc/sys/kernel/random/boot_id';

// In this order: the last tests reboot the machine.
describe('A cluster of machines with and without their own kernel', { shuffle: false }, () => {
  test('has one machine with its own kernel; the others share one', async ({ lab }) => {
    const [own, shared, other] = await Promise.all([
      inside(lab, OWN, BOOT),
      inside(lab, SHARED, BOOT),
      inside(lab, 'third-host', BOOT),
    ]);
    expect(own).not.toBe(shared);
    expect(other).toBe(shared);
  });

  test('resolves the name of a container across the kernels, which answers pings', async ({
    lab,
  }) => {
    const tomcat = await lab.container(SHARED, 'tomcat-app');
    const mysql = await lab.container(OWN, 'mysqlserver');
    const there = await ping(tomcat, 'mysqlserver');
    const { address } = await lab.endpoint(OWN, 'mysqlserver');
    expect(there.from, there.transcript).toEqual([address]);
    expect(there.received, there.transcript).toBe(3);
    const back = await ping(mysql, 'tomcat-app');
    expect(back.from, back.transcript).toEqual([
      (await lab.endpoint(SHARED, 'tomcat-app')).address,
    ]);
    expect(back.received, back.transcript).toBe(3);
  });

  test('answers with the car of the database on the other kernel', async ({ lab }) => {
    const answer = await requestCar(lab.document.carEndpoint ?? '');
    expect(answer).toMatchObject({ status: 200, body: firstCar });
  });

  test('is healthy in a check', async ({ lab }) => {
    const { verdict, diagnoses } = await lab.audit();
    expect(diagnoses).toEqual([]);
    expect(verdict).toBe('healthy');
  });

  test.for(ownKernelDefects)('reports $code and nothing else: $way', async (defect, { lab }) => {
    const report = await auditBroken(lab, [defect]);
    const verdict = renderVerdict(report, { color: false, width: 100 });
    await attach('the result of the check', verdict);
    expect(findMistakes([defect], report.diagnoses), verdict).toEqual([]);
  });

  const fixable = ownKernelDefects.filter(({ code }) => code.endsWith('-table-full'));
  test.for(fixable)(
    'is healthy after the fix of $code was typed: $way',
    async (defect, { lab }) => {
      await using _broken = await breakCluster(await defect.fault(lab));
      const [finding, ...others] = (await lab.audit()).diagnoses;
      expect([finding, others]).toMatchObject([
        { code: defect.code, where: defect.where, action: { kind: 'fix', host: OWN } },
        [],
      ]);
      await inside(lab, OWN, lineOf(finding?.action?.commands ?? []));
      const { diagnoses, verdict } = await lab.audit();
      expect(diagnoses).toEqual([]);
      expect(verdict).toBe('healthy');
    },
  );

  test.for([
    ['net.ipv4.ip_forward', '0'],
    ['net.ipv4.conf.eth1.rp_filter', '2'],
    ['net.netfilter.nf_conntrack_max', '4321'],
    ['net.ipv4.neigh.default.gc_thresh3', '54321'],
    ['vm.swappiness', '13'],
  ] as const)(
    'sets the parameter %s of one machine, and of no other',
    async ([name, wanted], { lab, onTestFinished }) => {
      const read = `sysctl -n ${name} 2>/dev/null || echo unknown`;
      const [before, others] = [await inside(lab, OWN, read), await inside(lab, SHARED, read)];
      expect([before, others]).not.toContain(wanted);
      onTestFinished(async () => {
        await inside(lab, OWN, `sysctl -q -w ${name}=${before}`);
      });
      await inside(lab, OWN, `sysctl -q -w ${name}=${wanted}`);
      expect(await inside(lab, OWN, read)).toBe(wanted);
      expect(await inside(lab, SHARED, read)).toBe(others);
    },
  );

  test('delays the packets of a link with netem', async ({ lab, onTestFinished }) => {
    const tomcat = await lab.container(SHARED, 'tomcat-app');
    onTestFinished(async () => {
      await inside(lab, OWN, 'tc qdisc del dev eth1 root netem');
    });
    await inside(lab, OWN, 'tc qdisc add dev eth1 root netem delay 300ms');
    const { roundTrips, transcript } = await ping(tomcat, 'mysqlserver', { count: 2, wait: 5 });
    expect(roundTrips.length, transcript).toBe(2);
    expect(Math.min(...roundTrips), transcript).toBeGreaterThanOrEqual(300);
  });

  test('has a separate clock in the machine with its own kernel', async ({
    lab,
    onTestFinished,
  }) => {
    const hour = 3600;
    onTestFinished(async () => {
      await inside(lab, OWN, `date -s @$(($(date +%s) - ${hour}))`);
    });
    await inside(lab, OWN, `date -s @$(($(date +%s) + ${hour}))`);
    const ahead = Number(await inside(lab, OWN, 'date +%s')) - Date.now() / 1000;
    const shared = Number(await inside(lab, SHARED, 'date +%s')) - Date.now() / 1000;
    expect(ahead).toBeGreaterThan(hour / 2);
    expect(Math.abs(shared)).toBeLessThan(hour / 2);
  });

  test('answers again after the machine with the database was rebooted', async ({ lab }) => {
    const { provider } = lab;
    const before = await inside(lab, OWN, BOOT);
    await provider.reboot(OWN);
    expect(await inside(lab, OWN, BOOT)).not.toBe(before);
    // Its containers start again without a command.
    await lab.settle();
  });

  test('loses unwritten files when the power of a machine is cut', async ({ lab, labs }) => {
    const { provider } = lab;
    // The kernel writes nothing on its own.
    await inside(lab, OWN, 'sysctl -q -w vm.dirty_writeback_centisecs=0');
    await inside(lab, OWN, 'echo safe >/root/written; sync; echo gone >/root/unwritten');
    const before = await inside(lab, OWN, BOOT);
    await provider.kill(OWN, { unwritten: 'lost' });
    expect(await provider.inspect(OWN)).toMatchObject({ state: 'Stopped' });
    await provider.start(OWN);
    expect(await inside(lab, OWN, BOOT)).not.toBe(before);
    expect(await inside(lab, OWN, 'cat /root/written')).toBe('safe');
    expect(await inside(lab, OWN, 'cat /root/unwritten 2>/dev/null || :')).toBe('');
    expect(await lab.engine(OWN).info()).toMatchObject({ name: OWN });
    // Its containers may not be back, as in the next test.
    await labs.discard();
  });

  test('has its containers back after a power failure, at the latest after the printed fixes', async ({
    lab,
  }) => {
    await lab.provider.kill(OWN, { unwritten: 'lost' });
    await lab.provider.start(OWN);
    // Engine 20.10.5 may take the endpoints in its database for running ones, and then starts no container of a network.
    const names = ['mysqlserver', 'bystander'];
    const typed: string[] = [];
    for (const _ of names) {
      const { diagnoses } = await lab.audit();
      const finding = diagnoses.find(({ code }) => code === 'container-down');
      if (finding === undefined) break;
      expect(finding).toMatchObject({ where: { host: OWN }, action: { kind: 'fix', host: OWN } });
      expect(names).toContain(finding.where.container);
      const line = lineOf(finding.action?.commands ?? []);
      typed.push(line);
      await inside(lab, OWN, line);
    }
    await attach('the fixes that were typed', typed.join('\n'));
    const states = `docker inspect --format '{{.State.Running}}' ${names.join(' ')}`;
    expect(await inside(lab, OWN, states)).toBe('true\ntrue');
    await lab.settle();
  });
});
