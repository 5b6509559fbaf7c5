import { describe } from 'vitest';
import { ping, type PingOptions } from '../../helpers/docker/containers/ping.ts';
import { attach } from '../../helpers/report/results/evidence.ts';
import { isInside } from '../../helpers/check/derive/ranges.ts';
import { expect, test } from './lab.ts';
import { findWorkload, type Placed } from './workload.ts';

/** VXLAN takes 50 of the 1500 bytes of eth1: outer IP 20, UDP 8, VXLAN 8, inner Ethernet 14. */
const overlayMtu = 1450;
/** IP 20, ICMP 8. */
const pingHeaders = 28;
const largestPayload = overlayMtu - pingHeaders;
const count = 3;

describe('names and pings between tomcat-app and mysqlserver', () => {
  test('tomcat-app runs on the engine of master-host, mysqlserver on the engine of worker-host', async ({
    lab,
  }) => {
    const runningOn = async (machine: string) => {
      const { id } = await lab.engine(machine).info();
      const containers = await lab.engine(machine).containers.list();
      return {
        id,
        running: containers.filter(({ state }) => state === 'running').map(({ name }) => name),
      };
    };
    const master = await runningOn('master-host');
    const worker = await runningOn('worker-host');
    await attach('containers on both engines', { 'master-host': master, 'worker-host': worker });
    expect(master.running, 'on master-host').toContain('tomcat-app');
    expect(worker.running, 'on worker-host').toContain('mysqlserver');
    expect(master.running, 'on master-host').not.toContain('mysqlserver');
    expect(worker.running, 'on worker-host').not.toContain('tomcat-app');
    expect(master.id, 'the engine of both hosts').not.toBe(worker.id);
  });

  test('mysqlserver and tomcat-app are only on my-net, with different addresses in 10.0.9.0/24', async ({
    lab,
  }) => {
    const { tomcat, mysql } = await findWorkload(lab);
    for (const { container, address } of [tomcat, mysql]) {
      const { networks } = await container.inspect();
      expect(Object.keys(networks), container.name).toEqual(['my-net']);
      expect(networks['my-net']?.address, container.name).toBe(address);
      expect(isInside(address, '10.0.9.0/24'), `${container.name} has ${address}`).toBe(true);
    }
    expect(tomcat.address).not.toBe(mysql.address);
  });

  test('tomcat-app resolves mysqlserver to its address on my-net', async ({ lab }) => {
    const { tomcat, mysql } = await findWorkload(lab);
    await expect(tomcat.container).toResolve('mysqlserver', { address: mysql.address });
  });

  test('mysqlserver resolves tomcat-app to its address on my-net', async ({ lab }) => {
    const { tomcat, mysql } = await findWorkload(lab);
    await expect(mysql.container).toResolve('tomcat-app', { address: tomcat.address });
  });

  test('mysqlserver answers every ping from tomcat-app, from its own address', async ({ lab }) => {
    const { tomcat, mysql } = await findWorkload(lab);
    await expectAllAnswered(tomcat, mysql);
  });

  test('tomcat-app answers every ping from mysqlserver, from its own address', async ({ lab }) => {
    const { tomcat, mysql } = await findWorkload(lab);
    await expectAllAnswered(mysql, tomcat);
  });

  test(`packets of the overlay's MTU, ${overlayMtu} bytes, pass in both directions unfragmented`, async ({
    lab,
  }) => {
    const { tomcat, mysql } = await findWorkload(lab);
    const whole = { size: largestPayload, dontFragment: true };
    await Promise.all([
      expectAllAnswered(tomcat, mysql, whole),
      expectAllAnswered(mysql, tomcat, whole),
    ]);
  });

  test('a packet that is one byte longer is rejected by the sender, and passes in fragments', async ({
    lab,
  }) => {
    const { tomcat, mysql } = await findWorkload(lab);
    await Promise.all([
      expectRefused(tomcat, mysql, largestPayload + 1),
      expectRefused(mysql, tomcat, largestPayload + 1),
    ]);
    await Promise.all([
      expectAllAnswered(tomcat, mysql, { size: largestPayload + 1 }),
      expectAllAnswered(mysql, tomcat, { size: largestPayload + 1 }),
    ]);
  });
});

/** Expects one reply to every packet, from the address that the target's own host knows, and not from a bridge's. */
async function expectAllAnswered(
  from: Placed,
  to: Placed,
  options: PingOptions = {},
): Promise<void> {
  const { address, container } = to;
  await expect(from.container).toPing(container.name, {
    address,
    count,
    interval: 0.1,
    ...options,
  });
}

/** Expects that the sender's kernel knows the overlay's MTU and sends nothing. */
async function expectRefused(from: Placed, to: Placed, size: number): Promise<void> {
  const alone = { count: 1, wait: 0.2, dontFragment: true };
  const { name } = to.container;
  const { received, problems, transcript } = await ping(from.container, name, { ...alone, size });
  await attach(`ping from ${from.container.name} to ${name}`, transcript);
  expect(received, transcript).toBe(0);
  expect(problems.join('\n'), transcript).toMatch(
    /^(sendmsg: Message too long|local error: message too long, mtu[=:] ?1450)$/,
  );
}
