import { ping } from '../../../helpers/docker/containers/ping.ts';
import { startStore } from '../../../helpers/cluster/key-value/stores/start-store.ts';
import { filterPort } from '../../faults/machine-faults.ts';
import { pausedContainer } from '../../faults/container-faults.ts';
import {
  lostEndpointRecord,
  lostNetworkRecord,
  replacedStore,
  stoppedStore,
  unknownEndpoint,
  wipedNetworks,
} from '../../faults/store-faults.ts';
import {
  movedWithAddress,
  removedWithoutStore,
  disconnectedByForce,
  type UnannouncedRemoval,
} from '../../faults/unannounced-faults.ts';
import { done, notYet, waitFor } from '../../../helpers/process/waits/wait-for.ts';
import type { Container } from '../../../helpers/docker/containers/container.ts';
import { idle, temporaryAddresses } from '../lab-containers.ts';
import type { Defect } from '../defect.ts';
import type { DiagnosisLab } from '../lab.ts';
import { hostsBesidesThird } from './hosts-besides-third.ts';

async function findStoreContainer({ engine }: DiagnosisLab): Promise<Container> {
  const { containers } = engine('mh-keystore');
  const [first] = await containers.list();
  if (first === undefined) throw new Error('mh-keystore runs no container');
  return await containers.find(first.id);
}

/**
 * Runs a container on third-host that is removed later without an announcement. Two other containers have pinged it.
 */
async function runLeaver(lab: DiagnosisLab, address: string): Promise<UnannouncedRemoval> {
  const spec = { ...idle, name: 'leaver', network: 'my-net', address };
  const container = await lab.engine('third-host').containers.run(spec);
  for (const client of [
    await lab.container('master-host', 'tomcat-app'),
    await lab.container('worker-host', 'mysqlserver'),
  ]) {
    await waitFor(
      `${client.name} on ${client.machine.name}: a reply from leaver`,
      async () => {
        const { received, transcript } = await ping(client, address);
        return received > 0 ? done(undefined) : notYet(transcript);
      },
      { limit: 60_000 },
    );
  }
  return { ...hostsBesidesThird(lab), store: lab.store, container };
}

export const storeDefects: readonly Defect[] = [
  {
    code: 'keystore-unreachable',
    way: 'the container of the key-value store is stopped',
    on: ['seed'],
    where: {},
    fault: async (lab) => stoppedStore(lab.store, await findStoreContainer(lab)),
  },
  {
    code: 'keystore-unreachable',
    way: 'the container of the key-value store is paused',
    on: ['seed'],
    where: {},
    fault: async (lab) => pausedContainer(lab.provider, await findStoreContainer(lab)),
  },
  {
    code: 'keystore-unreachable',
    way: 'a firewall blocks the key-value store for one host',
    on: ['seed'],
    where: { host: 'third-host' },
    fault: (lab) =>
      filterPort(lab.provider, 'mh-keystore', {
        port: lab.store.port,
        from: lab.address('third-host'),
      }),
  },
  {
    code: 'keystore-wiped',
    way: 'the keys of the networks are deleted',
    on: ['seed'],
    where: {},
    fault: ({ store }) => wipedNetworks(store),
  },
  {
    code: 'keystore-wiped',
    way: 'the container of the key-value store is replaced',
    on: ['seed'],
    where: {},
    fault: async (lab) => {
      const old = await findStoreContainer(lab);
      const { image } = await old.inspect();
      return replacedStore(lab.store, async () => {
        await old.remove();
        await startStore('consul', lab.engine('mh-keystore'), { image });
      });
    },
  },
  {
    code: 'keystore-wiped',
    way: 'one network is deleted while its containers run',
    on: ['seed'],
    where: {},
    fault: (lab) => lostNetworkRecord(lab.store, lab.networkId('other-net')),
  },
  {
    code: 'keystore-wiped',
    way: 'the key of one endpoint is deleted',
    on: ['seed'],
    where: { host: 'worker-host', network: 'my-net', container: 'mysqlserver' },
    fault: (lab) => lostEndpointRecord(lab.store, lab.networkId('my-net'), 'mysqlserver'),
  },
  {
    code: 'endpoint-stale',
    way: 'the key-value store has an endpoint of a removed host',
    on: ['seed'],
    where: { network: 'my-net', container: 'goner' },
    fault: (lab) =>
      unknownEndpoint(lab.store, lab.networkId('my-net'), {
        like: 'mysqlserver',
        name: 'goner',
        address: '10.0.9.77',
        host: lab.spareAddress,
      }),
  },
  {
    code: 'endpoint-stale',
    way: 'a container was removed while its engine could not reach the key-value store',
    on: ['seed'],
    where: { network: 'my-net', container: 'leaver' },
    fault: async (lab) => removedWithoutStore(await runLeaver(lab, temporaryAddresses.leaver)),
  },
  {
    code: 'forwarding-entry-stale',
    way: 'a container was removed while its engine could not reach the key-value store, and then disconnected by force',
    on: ['seed'],
    where: { host: 'master-host', network: 'my-net' },
    also: [{ host: 'worker-host', network: 'my-net' }],
    fault: async (lab) => disconnectedByForce(await runLeaver(lab, temporaryAddresses.forced)),
  },
  {
    code: 'forwarding-entry-wrong',
    way: 'a container moved to another host and kept its address',
    on: ['seed'],
    where: { host: 'third-host', peer: 'worker-host', network: 'my-net', container: 'nomad' },
    fault: async (lab) =>
      movedWithAddress({
        provider: lab.provider,
        network: { name: 'my-net', id: lab.networkId('my-net') },
        spec: { ...idle, name: 'nomad', network: 'my-net', address: temporaryAddresses.nomad },
        from: lab.engine('third-host'),
        to: lab.engine('worker-host'),
        pinger: await lab.container('third-host', 'holder'),
      }),
  },
];
