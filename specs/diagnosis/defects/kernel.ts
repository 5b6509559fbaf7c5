import { setOtherAddress } from '../../faults/address-faults.ts';
import {
  flapVxlanDevice,
  deleteForwardingEntry,
  deleteWholeForwardingEntry,
  deleteNeighborEntry,
  addStaleForwardingEntry,
  misdirectForwarding,
  misdirectPort,
  setWrongNeighborEntry,
  type OverlayOn,
  type RemoteEndpoint,
} from '../../faults/overlay-faults.ts';
import type { Defect } from '../defect.ts';
import type { DiagnosisLab } from '../lab.ts';

/** The location of a wrong entry for mysqlserver on master-host. */
const mysqlFromMaster = {
  host: 'master-host',
  peer: 'worker-host',
  network: 'my-net',
  container: 'mysqlserver',
};
const bystanderFromMaster = { ...mysqlFromMaster, container: 'bystander' };
const holderFromMaster = { ...mysqlFromMaster, peer: 'third-host', container: 'holder' };
const tomcatFromThird = {
  ...mysqlFromMaster,
  host: 'third-host',
  peer: 'master-host',
  container: 'tomcat-app',
};

const onMyNet = ({ provider, networkId }: DiagnosisLab, machine: string): OverlayOn => ({
  provider,
  machine,
  network: networkId('my-net'),
});

/** The endpoint of a container that no longer exists on third-host. */
const gone = (lab: DiagnosisLab): RemoteEndpoint => ({
  container: 'gone',
  mac: '02:42:0a:00:09:63',
  address: '10.0.9.99',
  host: lab.address('third-host'),
});

export const kernelDefects: readonly Defect[] = [
  {
    code: 'duplicate-address',
    way: 'the address of a container is also set in another one on its host',
    where: {
      host: 'worker-host',
      network: 'my-net',
      container: 'bystander',
      towards: 'mysqlserver',
    },
    fault: async (lab) => {
      const { address } = await lab.endpoint('worker-host', 'mysqlserver');
      const set = { container: 'bystander', address: `${address}/24`, link: 'eth0' };
      return setOtherAddress(lab.provider, 'worker-host', set);
    },
  },
  {
    code: 'duplicate-address',
    way: 'the address of a container on another host is set on the loopback interface',
    where: {
      host: 'third-host',
      peer: 'master-host',
      network: 'my-net',
      container: 'holder',
      towards: 'tomcat-app',
    },
    fault: async (lab) => {
      const { address } = await lab.endpoint('master-host', 'tomcat-app');
      const set = { container: 'holder', address: `${address}/32`, link: 'lo' };
      return setOtherAddress(lab.provider, 'third-host', set);
    },
  },
  {
    code: 'forwarding-entry-missing',
    way: 'half of the entry is deleted, as in moby #52661',
    where: mysqlFromMaster,
    fault: async (lab) =>
      deleteForwardingEntry(
        onMyNet(lab, 'master-host'),
        await lab.endpoint('worker-host', 'mysqlserver'),
      ),
  },
  {
    code: 'forwarding-entry-missing',
    way: 'the whole entry is deleted, on a third host',
    where: tomcatFromThird,
    fault: async (lab) =>
      deleteWholeForwardingEntry(
        onMyNet(lab, 'third-host'),
        await lab.endpoint('master-host', 'tomcat-app'),
      ),
  },
  {
    code: 'forwarding-entry-wrong',
    way: 'the entry points to another host of the cluster',
    where: mysqlFromMaster,
    fault: async (lab) =>
      misdirectForwarding(
        onMyNet(lab, 'master-host'),
        await lab.endpoint('worker-host', 'mysqlserver'),
        lab.address('third-host'),
      ),
  },
  {
    code: 'forwarding-entry-wrong',
    way: 'the entry points to an unused address',
    where: tomcatFromThird,
    fault: async (lab) =>
      misdirectForwarding(
        onMyNet(lab, 'third-host'),
        await lab.endpoint('master-host', 'tomcat-app'),
        lab.spareAddress,
      ),
  },
  {
    code: 'forwarding-entry-wrong',
    way: 'the entry has another port',
    where: mysqlFromMaster,
    fault: async (lab) =>
      misdirectPort(onMyNet(lab, 'master-host'), await lab.endpoint('worker-host', 'mysqlserver')),
  },
  {
    code: 'forwarding-entry-stale',
    way: 'the entry of a removed container',
    where: { host: 'worker-host', network: 'my-net' },
    fault: (lab) => addStaleForwardingEntry(onMyNet(lab, 'worker-host'), gone(lab)),
  },
  {
    code: 'forwarding-entry-stale',
    way: 'the entry of a container that moved to the same host',
    where: { host: 'third-host', network: 'my-net' },
    fault: async (lab) =>
      addStaleForwardingEntry(onMyNet(lab, 'third-host'), {
        ...(await lab.endpoint('third-host', 'holder')),
        host: lab.address('worker-host'),
      }),
  },
  {
    code: 'neighbour-missing',
    way: 'the neighbor entry of one container is deleted',
    where: bystanderFromMaster,
    fault: async (lab) =>
      deleteNeighborEntry(
        onMyNet(lab, 'master-host'),
        await lab.endpoint('worker-host', 'bystander'),
      ),
  },
  {
    code: 'neighbour-missing',
    way: 'the VXLAN device went down and up',
    where: mysqlFromMaster,
    also: [bystanderFromMaster, holderFromMaster],
    fault: async (lab) =>
      flapVxlanDevice(onMyNet(lab, 'master-host'), [
        await lab.endpoint('worker-host', 'mysqlserver'),
        await lab.endpoint('worker-host', 'bystander'),
        await lab.endpoint('third-host', 'holder'),
      ]),
  },
  {
    code: 'neighbour-wrong',
    way: 'the neighbor entry has an unused MAC address',
    where: mysqlFromMaster,
    fault: async (lab) =>
      setWrongNeighborEntry(
        onMyNet(lab, 'master-host'),
        await lab.endpoint('worker-host', 'mysqlserver'),
        '02:42:0a:00:09:63',
      ),
  },
  {
    code: 'neighbour-wrong',
    way: 'the neighbor entry has the MAC address of another container',
    where: bystanderFromMaster,
    fault: async (lab) => {
      const { mac } = await lab.endpoint('worker-host', 'mysqlserver');
      return setWrongNeighborEntry(
        onMyNet(lab, 'master-host'),
        await lab.endpoint('worker-host', 'bystander'),
        mac,
      );
    },
  },
];
