import {
  hostInsideOverlay,
  localNamesake,
  otherName,
  otherSubnet,
  overlappingBridge,
  overlappingOverlay,
  removedNetwork,
  routeInsideOverlay,
} from '../../faults/network-faults.ts';
import { deletedRecords, rejoinedNetwork } from '../../faults/record-faults.ts';
import { leftNetwork, repeatedGossip } from '../../faults/self-missing-faults.ts';
import { clusterKindOf } from '../../../helpers/cluster/cluster-plan.ts';
import type { Defect } from '../defect.ts';
import type { DiagnosisLab } from '../lab.ts';
import { idle, labContainers } from '../lab-containers.ts';
import { spareNetwork } from '../topologies.ts';

const request = ({ document }: DiagnosisLab) => ({
  ...spareNetwork,
  ...clusterKindOf(document.cluster).overlayOptions,
});

/** These containers of worker-host, as a fault of the records in the gossip needs them. */
const announced = ({ provider }: DiagnosisLab, ...containers: readonly string[]) => ({
  provider,
  machine: 'worker-host',
  network: 'my-net',
  containers,
});

/** The engine of third-host, as a fault of its place in the gossip needs it. */
const thirdEngine = ({ provider, engine }: DiagnosisLab) => ({
  provider,
  machine: engine('third-host').machine,
  container: labContainers.holder.name,
  network: 'my-net',
});

export const networkDefects: readonly Defect[] = [
  {
    code: 'network-missing',
    way: 'the network was removed',
    where: { network: spareNetwork.name },
    fault: (lab) => removedNetwork(lab.engine('master-host'), request(lab)),
  },
  {
    code: 'network-missing',
    way: 'the network was created with a different spelling',
    where: { network: spareNetwork.name },
    fault: (lab) => otherName(lab.engine('master-host'), request(lab), 'spare_net'),
  },
  {
    code: 'network-differs',
    way: 'the network was created again with another subnet',
    where: { network: spareNetwork.name },
    fault: (lab) => otherSubnet(lab.engine('master-host'), request(lab), '10.0.49.0/24'),
  },
  {
    code: 'network-differs',
    way: 'a host has a bridge network with the same name',
    on: ['swarm-mode'],
    where: { host: 'third-host', network: spareNetwork.name },
    fault: (lab) => localNamesake(lab.engine('third-host'), spareNetwork.name),
  },
  {
    code: 'endpoint-unannounced',
    way: 'the records of a container are deleted from the gossip',
    on: ['swarm-mode'],
    where: { host: 'worker-host', network: 'my-net', container: 'bystander' },
    fault: (lab) => deletedRecords(announced(lab, 'bystander')),
  },
  {
    code: 'endpoint-unannounced',
    way: 'an engine left the network in the gossip and returned',
    on: ['swarm-mode'],
    where: { host: 'worker-host', network: 'my-net' },
    fault: (lab) => rejoinedNetwork(announced(lab, 'mysqlserver', 'bystander')),
  },
  {
    code: 'gossip-self-missing',
    way: 'a peer repeats gossip about the former name of an engine',
    on: ['swarm-mode'],
    where: { host: 'third-host' },
    fault: (lab) =>
      repeatedGossip(thirdEngine(lab), {
        peer: 'worker-host',
        runElsewhere: async () => {
          const newcomer = { ...idle, name: 'newcomer', network: 'my-net' };
          return await lab.engine('master-host').containers.run(newcomer);
        },
      }),
  },
  {
    code: 'gossip-self-missing',
    way: 'an engine left the network in the gossip',
    on: ['swarm-mode'],
    where: { host: 'third-host', network: 'my-net' },
    fault: (lab) => leftNetwork(thirdEngine(lab)),
  },
  {
    code: 'subnet-overlap',
    way: 'an overlay network has the range of the hosts',
    where: { network: 'over-hosts' },
    fault: (lab) =>
      overlappingOverlay(lab.engine('master-host'), {
        ...request(lab),
        name: 'over-hosts',
        subnet: lab.address('master-host').replace(/\d+$/, '0/24'),
      }),
  },
  {
    code: 'subnet-overlap',
    way: 'a host has an address in the range of an overlay network',
    where: { network: 'other-net' },
    fault: ({ provider }) =>
      hostInsideOverlay(provider, 'third-host', { link: 'eth1', address: '10.0.29.200/24' }),
  },
  {
    code: 'subnet-overlap',
    way: "a host routes half of an overlay's range through a gateway",
    where: { host: 'third-host', network: 'other-net' },
    fault: ({ provider, address }) =>
      routeInsideOverlay(provider, 'third-host', {
        range: '10.0.29.128/25',
        gateway: address('master-host'),
      }),
  },
  {
    code: 'subnet-overlap',
    way: 'a bridge network of a host has the range of an overlay network',
    where: { network: 'other-net' },
    fault: ({ engine }) => overlappingBridge(engine('worker-host'), 'shadow', '10.0.29.0/24'),
  },
];
