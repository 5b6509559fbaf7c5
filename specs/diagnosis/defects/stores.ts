import { ping } from '../../../helpers/docker/containers/ping.ts';
import { startStore } from '../../../helpers/cluster/key-value/start-store.ts';
import { filterPort } from '../../faults/machine-faults.ts';
import { pausedContainer } from '../../faults/container-faults.ts';
import {
  lostEndpointRecord,
  lostNetworkRecord,
  renewedStore,
  stoppedStore,
  strangeEnd,
  wipedNetworks,
} from '../../faults/store-faults.ts';
import {
  movedWithAddress,
  removedBehindStore,
  takenOffByForce,
  type UnannouncedGround,
} from '../../faults/unannounced-faults.ts';
import { done, notYet, waitFor } from '../../../helpers/process/waits/wait-for.ts';
import type { Container } from '../../../helpers/docker/containers/container.ts';
import { idle, passing } from '../bystanders.ts';
import type { Defect } from '../defect.ts';
import type { DiagnosisLab } from '../lab.ts';
import { besideThird } from './beside-third.ts';

async function findStoreContainer({ engine }: DiagnosisLab): Promise<Container> {
  const { containers } = engine('mh-keystore');
  const [first] = await containers.list();
  if (first === undefined) throw new Error('mh-keystore runs no container');
  return await containers.find(first.id);
}

/** A container on third-host that is soon to leave, and not to be heard of. The others have talked to it. */
async function runLeaver(lab: DiagnosisLab, address: string): Promise<UnannouncedGround> {
  const spec = { ...idle, name: 'leaver', network: 'my-net', address };
  const container = await lab.engine('third-host').containers.run(spec);
  for (const talker of [
    await lab.container('master-host', 'tomcat-app'),
    await lab.container('worker-host', 'mysqlserver'),
  ]) {
    await waitFor(
      `${talker.name} on ${talker.machine.name}: leaver answers`,
      async () => {
        const { received, transcript } = await ping(talker, address);
        return received > 0 ? done(undefined) : notYet(transcript);
      },
      { limit: 60_000 },
    );
  }
  return { ...besideThird(lab), store: lab.store, container };
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
      return renewedStore(lab.store, async () => {
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
      strangeEnd(lab.store, lab.networkId('my-net'), {
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
    fault: async (lab) => removedBehindStore(await runLeaver(lab, passing.leaver)),
  },
  {
    code: 'forwarding-entry-stale',
    way: 'a container was removed while its engine could not reach the key-value store, and then disconnected by force',
    on: ['seed'],
    where: { host: 'master-host', network: 'my-net' },
    also: [{ host: 'worker-host', network: 'my-net' }],
    fault: async (lab) => takenOffByForce(await runLeaver(lab, passing.forced)),
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
        spec: { ...idle, name: 'nomad', network: 'my-net', address: passing.nomad },
        from: lab.engine('third-host'),
        to: lab.engine('worker-host'),
        asker: await lab.container('third-host', 'holder'),
      }),
  },
];
