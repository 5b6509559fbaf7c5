import { breakReceivedChecksums, breakSentChecksums } from '../../faults/checksum-faults.ts';
import { blockGossip } from '../../faults/gossip-faults.ts';
import { joinedBridges, routedOverlays } from '../../faults/isolation-faults.ts';
import {
  blockTunnelEarly,
  blockTunnelIn,
  blockTunnelOut,
  loseAllFrom,
  loseTunnelIn,
  loseTunnelOut,
  lowerLinkMtu,
  lowerOverlayMtu,
  raiseContainerMtu,
  refuseTunnelIn,
  rewriteTunnelSource,
  sendFromSecondAddress,
  dropLargePackets,
} from '../../faults/path-faults.ts';
import type { Defect } from '../defect.ts';
import type { DiagnosisLab, HostName } from '../lab.ts';

const intoWorker = { host: 'master-host', peer: 'worker-host' };
const workerToMaster = { host: 'worker-host', peer: 'master-host' };

const secondAddress = (lab: DiagnosisLab) => ({
  link: 'eth1',
  address: lab.spareAddress,
  peer: lab.address('master-host'),
});

/** Returns a container's addresses on an overlay network and on the bridge `docker_gwbridge`. */
async function readRoutedContainer(
  lab: DiagnosisLab,
  host: HostName,
  name: string,
  network: string,
) {
  const { networks } = await (await lab.container(host, name)).inspect();
  const { containers } = await lab.engine(host).networks.inspect('docker_gwbridge');
  const { endpointId = '' } = networks[network] ?? {};
  const { id } = await lab.container(host, name);
  const outside = containers.find((one) => one.id === id || one.endpointId === endpointId);
  return { address: networks[network]?.address ?? '', outside: outside?.address ?? '' };
}

export const pathDefects: readonly Defect[] = [
  {
    code: 'vxlan-blocked',
    way: 'the receiver drops all packets',
    where: { peer: 'worker-host' },
    fault: ({ provider }) => blockTunnelIn(provider, 'worker-host'),
  },
  {
    code: 'vxlan-blocked',
    way: 'the receiver drops packets from one host',
    where: intoWorker,
    fault: (lab) => blockTunnelIn(lab.provider, 'worker-host', lab.address('master-host')),
  },
  {
    code: 'vxlan-blocked',
    way: 'the receiver rejects packets',
    where: { peer: 'worker-host' },
    fault: ({ provider }) => refuseTunnelIn(provider, 'worker-host'),
  },
  {
    code: 'vxlan-blocked',
    way: 'the receiver drops packets before connection tracking',
    where: { peer: 'third-host' },
    fault: ({ provider }) => blockTunnelEarly(provider, 'third-host'),
  },
  {
    code: 'vxlan-blocked',
    way: 'the sender drops packets to one host',
    where: workerToMaster,
    fault: (lab) => blockTunnelOut(lab.provider, 'worker-host', lab.address('master-host')),
  },
  {
    code: 'vxlan-source-address',
    way: 'the host has a second address and a route that uses it',
    where: workerToMaster,
    fault: (lab) => sendFromSecondAddress(lab.provider, 'worker-host', secondAddress(lab)),
  },
  {
    code: 'vxlan-source-address',
    way: 'the firewall rewrites the source',
    where: workerToMaster,
    fault: (lab) => rewriteTunnelSource(lab.provider, 'worker-host', secondAddress(lab)),
  },
  {
    code: 'packet-loss',
    way: 'the receiver drops three of ten VXLAN packets at random',
    where: { peer: 'worker-host' },
    fault: async (lab) => loseTunnelIn(await lab.pathTools(), lab.engine('worker-host')),
  },
  {
    code: 'packet-loss',
    way: 'the sender drops every fourth VXLAN packet to one host',
    where: workerToMaster,
    fault: (lab) => loseTunnelOut(lab.provider, 'worker-host', lab.address('master-host')),
  },
  {
    code: 'packet-loss',
    way: 'the receiver drops a fifth of everything from one host',
    where: intoWorker,
    fault: (lab) => loseAllFrom(lab.provider, 'worker-host', lab.address('master-host')),
  },
  {
    code: 'mtu-black-hole',
    way: 'large packets are dropped on the path',
    where: { peer: 'worker-host' },
    fault: ({ provider }) => dropLargePackets(provider, 'worker-host', { longerThan: 1400 }),
  },
  {
    code: 'mtu-black-hole',
    way: "the MTU of a host's link is too small for the overlay network",
    where: { host: 'worker-host' },
    fault: ({ provider }) =>
      lowerLinkMtu(provider, 'worker-host', { link: 'eth1', mtu: 1400, usual: 1500 }),
  },
  {
    code: 'mtu-black-hole',
    way: 'the MTU of the VXLAN device is smaller than that of the containers',
    where: { host: 'worker-host' },
    fault: (lab) =>
      lowerOverlayMtu(lab.provider, 'worker-host', lab.networkId('my-net'), {
        mtu: 1300,
        usual: 1450,
      }),
  },
  {
    code: 'mtu-black-hole',
    way: 'the MTU of a container is larger than that of its overlay network',
    where: { host: 'worker-host', network: 'my-net', container: 'bystander' },
    fault: ({ provider }) =>
      raiseContainerMtu(provider, 'worker-host', {
        container: 'bystander',
        mtu: 1500,
        usual: 1450,
      }),
  },
  {
    code: 'checksum-offload',
    way: 'in TCP packets that a host sends',
    where: { host: 'worker-host' },
    fault: async (lab) =>
      breakSentChecksums(await lab.pathTools(), lab.engine('worker-host'), 'eth1'),
  },
  {
    code: 'checksum-offload',
    way: 'in TCP and UDP packets that a host receives',
    where: intoWorker,
    fault: async (lab) =>
      breakReceivedChecksums(await lab.pathTools(), lab.engine('worker-host'), {
        sender: lab.engine('master-host'),
        link: 'eth1',
      }),
  },
  {
    code: 'gossip-blocked',
    way: 'TCP in, from one host',
    where: intoWorker,
    fault: (lab) =>
      blockGossip(lab.provider, 'worker-host', {
        peer: lab.address('master-host'),
        transports: ['tcp'],
        direction: 'in',
      }),
  },
  {
    code: 'gossip-blocked',
    way: 'UDP out, to one host',
    where: workerToMaster,
    fault: (lab) =>
      blockGossip(lab.provider, 'worker-host', {
        peer: lab.address('master-host'),
        transports: ['udp'],
        direction: 'out',
      }),
  },
  {
    code: 'gossip-blocked',
    way: 'TCP and UDP in, from one host',
    where: { host: 'master-host', peer: 'third-host' },
    fault: (lab) =>
      blockGossip(lab.provider, 'third-host', {
        peer: lab.address('master-host'),
        transports: ['tcp', 'udp'],
        direction: 'in',
      }),
  },
  {
    code: 'gossip-blocked',
    way: 'UDP in, from all hosts',
    where: { peer: 'third-host' },
    fault: (lab) =>
      blockGossip(lab.provider, 'third-host', {
        peer: '0.0.0.0/0',
        transports: ['udp'],
        direction: 'in',
      }),
  },
  {
    code: 'isolation-broken',
    way: 'a veth pair connects the bridges of two overlay networks',
    where: { host: 'master-host' },
    fault: (lab) =>
      joinedBridges(lab.provider, 'master-host', {
        one: lab.networkId('my-net'),
        other: lab.networkId('other-net'),
      }),
  },
  {
    code: 'isolation-broken',
    way: 'the host routes between two overlay networks',
    where: { host: 'master-host' },
    fault: async (lab) =>
      routedOverlays(lab.provider, 'master-host', [
        await readRoutedContainer(lab, 'master-host', 'tomcat-app', 'my-net'),
        await readRoutedContainer(lab, 'master-host', 'outsider', 'other-net'),
      ]),
  },
];
