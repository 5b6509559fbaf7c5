import { connect } from 'node:net';
import { describe } from 'vitest';
import { keystoreOf } from '../../helpers/cluster/cluster-plan.ts';
import { tryWithoutCertificate } from '../machine/try-without-certificate.ts';
import { attach } from '../../helpers/report/results/evidence.ts';
import { fetchText } from './fetch-text.ts';
import { expect, test } from './lab.ts';

describe('the cluster of master-host and worker-host', () => {
  test('lists exactly both engines under their own addresses', async ({
    lab: { cluster, hosts },
  }) => {
    const members = await cluster.readMembers();
    await attach('its members', members);
    const expected = hosts.map((host) => cluster.describeMember(host));
    expect(new Set(members)).toEqual(new Set(expected));
    expect(members).toHaveLength(hosts.length);
  });

  test('has a separate hostname for every machine, the name of the machine', async ({ lab }) => {
    for (const { name } of lab.document.machines) {
      const { name: hostname } = await lab.engine(name).info();
      expect(hostname, `host name of the engine of ${name}`).toBe(name);
      const { stdout } = await lab.provider.run(name, ['uname', '-n']);
      expect(stdout.trim(), `hostname of ${name}`).toBe(name);
    }
  });

  test('has no two engines with the same ID', async ({ lab }) => {
    const ids = await Promise.all(
      lab.document.machines.map(async ({ name }) => {
        const { id } = await lab.engine(name).info();
        return { name, id };
      }),
    );
    const sharing = [...Map.groupBy(ids, ({ id }) => id).values()].filter((all) => all.length > 1);
    expect(ids).toHaveLength(lab.document.machines.length);
    expect(sharing, 'engines with the same id').toEqual([]);
  });

  test('has engines that were configured as members and report it', async ({
    lab: { cluster, hosts },
  }) => {
    for (const host of hosts) {
      const found = await cluster.readMembership(host);
      await attach(`${host.machine.name}: its membership`, found);
      expect(found, host.machine.name).toEqual(await cluster.describeMembership(host));
    }
  });

  test('does not include the engine of the keystore', async ({ lab, skip }) => {
    const keystore = keystoreOf(lab.document.cluster);
    if (keystore === undefined) {
      skip('swarm mode has no machine outside of the swarm');
      return;
    }
    expect(await lab.engine(keystore).info()).toMatchObject({
      clusterStore: undefined,
      clusterAdvertise: undefined,
      swarm: 'inactive',
    });
  });

  test('has engines that accept a client with a certificate and reject one without', async ({
    lab,
  }) => {
    for (const { name, engineVersion } of lab.document.machines) {
      expect(await lab.engine(name).version()).toMatchObject({ version: engineVersion });
      expect(await tryWithoutCertificate(lab.machine(name)), name).toMatchObject({ refused: true });
    }
  });

  test("has no engine without TLS, on port 2376 or on Docker's unprotected port 2375", async ({
    lab,
  }) => {
    for (const { name, address } of lab.document.machines) {
      const plain = await fetchText(`http://${address}:2376/version`);
      expect(plain, name).toMatchObject({
        status: 400,
        body: 'Client sent an HTTP request to an HTTPS server.\n',
      });
      expect(await tryConnecting(address, 2375), name).toBe('ECONNREFUSED');
    }
  });

  test('has engines whose gossip knows both hosts as alive, by their own names', async ({
    lab: { cluster, hosts },
  }) => {
    const both = hosts.map((host) => cluster.describeGossipPeer(host));
    for (const host of hosts) {
      const known = await cluster.readGossipPeers(host);
      expect(new Set(known), `asked ${host.machine.name}`).toEqual(new Set(both));
    }
  });
});

async function tryConnecting(host: string, port: number): Promise<string> {
  return await new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 5000 });
    const end = (how: string) => {
      socket.destroy();
      resolve(how);
    };
    socket.on('connect', () => end('connected'));
    socket.on('timeout', () => end('no answer'));
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}
