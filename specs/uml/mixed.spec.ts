import { describe, expect } from 'vitest';
import { ping } from '../../helpers/docker/containers/ping.ts';
import { firstCar } from '../../helpers/workload/car-service.ts';
import { requestCar } from '../../helpers/workload/request-car.ts';
import { labTest } from '../diagnosis/lab-test.ts';
import type { DiagnosisLab } from '../diagnosis/lab.ts';

const OWN = 'worker-host';
const SHARED = 'master-host';

const test = labTest('seed', [OWN]);

/** Runs a shell script in a machine. */
async function inside({ provider }: DiagnosisLab, machine: string, text: string): Promise<string> {
  return (await provider.run(machine, ['sh', '-ec', text], { limit: 180_000 })).stdout.trim();
}

/** The number of a kernel's boot, which no other kernel has. */
const BOOT = 'cat /proc/sys/kernel/random/boot_id';

describe('A cluster of machines with and without their own kernel', () => {
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
});
