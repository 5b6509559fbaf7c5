import { filterPort } from '../../faults/machine-faults.ts';
import {
  fullNetwork,
  haveFailed,
  haveWaited,
  lostQuorum,
  stuckService,
} from '../../faults/control-plane-faults.ts';
import { stoppedEngine } from '../../faults/engine-faults.ts';
import type { Fault } from '../../faults/fault.ts';
import type { Defect } from '../defect.ts';
import type { DiagnosisLab, HostName } from '../lab.ts';

const others = ['worker-host', 'third-host'] as const;

/** Injects several faults in turn, and undoes them in the opposite order. */
function all(faults: readonly Fault[]) {
  return async () => {
    const undos: (() => Promise<void>)[] = [];
    for (const fault of faults) undos.push(await fault.inject());
    return async () => {
      for (const undo of undos.toReversed()) await undo();
    };
  };
}

function losing(
  { engine }: DiagnosisLab,
  managers: readonly HostName[],
  name: string,
  lose: Parameters<typeof lostQuorum>[3],
): Fault {
  return lostQuorum(name, engine('master-host'), managers.map(engine), lose);
}

export const controlPlaneDefects: readonly Defect[] = [
  {
    code: 'swarm-quorum-lost',
    way: 'the engines of two of three managers are stopped',
    on: ['swarm-mode'],
    where: {},
    alongside: others.map((host) => ({ code: 'engine-unreachable', where: { host } })),
    fault: (lab) =>
      losing(
        lab,
        others,
        'two of three managers are stopped',
        all(others.map((host) => stoppedEngine(lab.provider, host))),
      ),
  },
  {
    code: 'swarm-quorum-lost',
    way: 'a firewall between two managers blocks their port',
    on: ['swarm-mode'],
    where: {},
    alongside: [{ code: 'gossip-blocked', where: { host: 'master-host', peer: 'worker-host' } }],
    fault: (lab) =>
      losing(
        lab,
        ['worker-host'],
        'port 2377 of one of two managers is blocked',
        all([
          filterPort(lab.provider, 'worker-host', {
            port: 2377,
            from: lab.address('master-host'),
          }),
        ]),
      ),
  },
  {
    code: 'swarm-quorum-lost',
    way: 'two of three managers have left the swarm',
    on: ['swarm-mode'],
    where: {},
    alongside: others.map((host) => ({ code: 'engine-not-clustered', where: { host } })),
    // A swarm without a leader cannot take them back.
    isPermanent: true,
    fault: (lab) =>
      losing(lab, others, 'two of three managers have left', async () => {
        for (const host of others) await lab.engine(host).swarm.leave({ force: true });
        return undefined;
      }),
  },
  {
    code: 'task-not-started',
    way: 'no node satisfies the placement constraint',
    on: ['swarm-mode'],
    where: { service: 'unplaced' },
    worksWithDefect: true,
    fault: ({ provider, engine }) =>
      stuckService(provider, engine('master-host'), {
        name: 'unplaced',
        options: ['--constraint', 'node.labels.disk==ssd'],
        isStuck: haveWaited('pending'),
      }),
  },
  {
    code: 'task-not-started',
    way: 'the only suitable node is drained',
    on: ['swarm-mode'],
    where: { service: 'undrained' },
    worksWithDefect: false,
    fault: ({ provider, engine }) =>
      stuckService(provider, engine('master-host'), {
        name: 'undrained',
        options: ['--constraint', 'node.hostname==third-host'],
        isStuck: haveWaited('pending'),
        prepare: async () => {
          const { swarmNode } = await engine('third-host').info();
          const id = swarmNode?.id ?? '';
          const { nodes } = engine('master-host');
          await nodes.update(id, { availability: 'drain' });
          return async () => await nodes.update(id, { availability: 'active' });
        },
      }),
  },
  {
    code: 'task-not-started',
    way: 'no node has the image',
    on: ['swarm-mode'],
    where: { service: 'imageless' },
    worksWithDefect: true,
    fault: ({ provider, engine }) =>
      stuckService(provider, engine('master-host'), {
        name: 'imageless',
        options: [],
        image: 'overlay-e2e/missing:spec',
        isStuck: haveFailed,
      }),
  },
  {
    code: 'addresses-used-up',
    way: 'containers use all addresses of a small subnet',
    where: { network: 'small-net' },
    worksWithDefect: true,
    fault: ({ provider, kind }) =>
      fullNetwork(provider, 'master-host', {
        name: 'small-net',
        options: ['--attachable', '--subnet', '10.0.49.0/29'],
        // In swarm mode, each host with a container has an address as well.
        hosts:
          kind === 'seed'
            ? ['master-host', 'worker-host', 'worker-host', 'third-host', 'third-host']
            : ['worker-host', 'worker-host', 'worker-host', 'worker-host'],
      }),
  },
  {
    code: 'addresses-used-up',
    way: 'containers may only use a small part of the subnet',
    on: ['seed'],
    where: { network: 'ranged-net' },
    worksWithDefect: true,
    fault: ({ provider }) =>
      fullNetwork(provider, 'master-host', {
        name: 'ranged-net',
        options: [
          '--subnet',
          '10.0.59.0/24',
          '--ip-range',
          '10.0.59.64/30',
          '--gateway',
          '10.0.59.1',
        ],
        hosts: ['master-host', 'worker-host', 'worker-host', 'third-host'],
      }),
  },
  {
    code: 'addresses-used-up',
    way: 'a service has more tasks than its network has addresses',
    on: ['swarm-mode'],
    where: { network: 'small-net' },
    worksWithDefect: true,
    fault: ({ provider, engine }) => {
      const network = fullNetwork(provider, 'master-host', {
        name: 'small-net',
        options: ['--attachable', '--subnet', '10.0.49.0/29'],
        hosts: [],
      });
      const service = stuckService(provider, engine('master-host'), {
        name: 'crowd',
        options: ['--replicas', '8', '--network', 'small-net'],
        isStuck: haveWaited('new'),
      });
      return {
        name: 'a service has more tasks than addresses',
        inject: all([network, service]),
      };
    },
  },
];
