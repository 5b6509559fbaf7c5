import { connect } from 'node:net';
import { describe } from 'vitest';
import { openStore } from '../../helpers/cluster/open-store.ts';
import { readGossipMembers } from '../../helpers/cluster/gossip-members.ts';
import { tryWithoutCertificate } from '../../helpers/engine/try-without-certificate.ts';
import { fetchText } from './fetch-text.ts';
import { expect, test } from './lab.ts';

describe('The cluster of master-host and worker-host', () => {
  test('the store holds both engines under their advertised address, and no other', async ({
    lab,
  }) => {
    const { address } = lab.machine(lab.document.keystore);
    const entries = await openStore('consul', address).readTree('docker/nodes/');
    // The key says who keeps the entry up, the value where the others look for the engine.
    const members = lab.hosts.map(({ machine }) => `${machine.address}:2376`).sort();
    expect(entries).toEqual(members.map((value) => ({ key: `docker/nodes/${value}`, value })));
  });

  test('every machine has a hostname of its own: the name it was made with', async ({ lab }) => {
    for (const { name } of lab.document.machines) {
      const { name: hostname } = await lab.engine(name).info();
      expect(hostname, `what the engine of ${name} calls its host`).toBe(name);
      const { stdout } = await lab.provider.run(name, ['uname', '-n']);
      expect(stdout.trim(), `hostname of ${name}`).toBe(name);
    }
  });

  test('no two engines have the same id', async ({ lab }) => {
    const ids = await Promise.all(
      lab.document.machines.map(async ({ name }) => {
        const { id } = await lab.engine(name).info();
        return { name, id };
      }),
    );
    const sharing = [...Map.groupBy(ids, ({ id }) => id).values()].filter((all) => all.length > 1);
    expect(ids).toHaveLength(3);
    expect(sharing, 'engines with the same id').toEqual([]);
  });

  test('both engines run with the store and the interface that they were given', async ({
    lab,
  }) => {
    const { address } = lab.machine(lab.document.keystore);
    for (const host of lab.hosts) {
      const { name } = host.machine;
      expect(host.machine.engineOptions, name).toEqual([
        `cluster-store=consul://${address}:8500`,
        'cluster-advertise=eth1:2376',
      ]);
      const { clusterStore, clusterAdvertise } = await host.info();
      expect({ clusterStore, clusterAdvertise }, name).toEqual({
        clusterStore: `consul://${address}:8500`,
        clusterAdvertise: `${host.machine.address}:2376`,
      });
    }
  });

  test('the keystore’s engine is in no cluster', async ({ lab }) => {
    const info = await lab.engine(lab.document.keystore).info();
    expect(info.clusterStore).toBeUndefined();
    expect(info.clusterAdvertise).toBeUndefined();
  });

  test('every engine answers a client with a certificate and refuses one without', async ({
    lab,
  }) => {
    for (const { name, engineVersion } of lab.document.machines) {
      expect(await lab.engine(name).version()).toMatchObject({ version: engineVersion });
      expect(await tryWithoutCertificate(lab.machine(name)), name).toMatchObject({ refused: true });
    }
  });

  test('no engine speaks without TLS, on 2376 or on Docker’s unprotected port 2375', async ({
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

  test('the gossip of each engine knows both hosts as alive, by their own names', async ({
    lab,
  }) => {
    const both = lab.hosts.map(({ machine: { name, address } }) => ({
      name,
      address,
      state: 'alive',
    }));
    for (const { machine } of lab.hosts) {
      const members = await readGossipMembers(machine.address);
      expect(new Set(members), `asked ${machine.name}`).toEqual(new Set(both));
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
