import { describe } from 'vitest';
import { ping, type PingOptions } from '../../helpers/docker/containers/ping.ts';
import { attach } from '../../helpers/report/results/evidence.ts';
import { isInside } from '../../helpers/check/derive/ranges.ts';
import { expect, test } from './lab.ts';
import { findWorkload, type Placed } from './workload.ts';

/** Of eth1's 1500 bytes VXLAN takes 50: outer IP 20, UDP 8, VXLAN 8, inner Ethernet 14. */
const overlayMtu = 1450;
/** IP 20, ICMP 8. */
const pingHeaders = 28;
const largestPayload = overlayMtu - pingHeaders;
const count = 3;

describe('Names and pings between tomcat-app and mysqlserver', () => {
  test('tomcat-app runs on the engine of master-host, mysqlserver on that of worker-host, another one', async ({
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

  test('mysqlserver is on my-net alone, with an address in 10.0.9.0/24, and so is tomcat-app with another', async ({
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

  test('inside of tomcat-app the name mysqlserver is its address on my-net', async ({ lab }) => {
    const { tomcat, mysql } = await findWorkload(lab);
    await expect(tomcat.container).toResolve('mysqlserver', { address: mysql.address });
  });

  test('inside of mysqlserver the name tomcat-app is its address on my-net', async ({ lab }) => {
    const { tomcat, mysql } = await findWorkload(lab);
    await expect(mysql.container).toResolve('tomcat-app', { address: tomcat.address });
  });

  test('mysqlserver answers every ping from tomcat-app, from that very address', async ({
    lab,
  }) => {
    const { tomcat, mysql } = await findWorkload(lab);
    await expectAllAnswered(tomcat, mysql);
  });

  test('tomcat-app answers every ping from mysqlserver, from that very address', async ({
    lab,
  }) => {
    const { tomcat, mysql } = await findWorkload(lab);
    await expectAllAnswered(mysql, tomcat);
  });

  test(`packets as long as the overlay’s MTU of ${overlayMtu} pass both ways unfragmented`, async ({
    lab,
  }) => {
    const { tomcat, mysql } = await findWorkload(lab);
    const whole = { size: largestPayload, dontFragment: true };
    await Promise.all([
      expectAllAnswered(tomcat, mysql, whole),
      expectAllAnswered(mysql, tomcat, whole),
    ]);
  });

  test('a packet that is one byte longer is refused where it is sent, and sent in fragments it passes', async ({
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

/** Every packet came back, once, from the very address that the target's own host knows: not from a bridge’s. */
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

/** The sender's own kernel knows the overlay's MTU and says so: nothing was sent that a reply could be awaited for. */
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
