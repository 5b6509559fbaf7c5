import {
  clonedEngineId,
  frozenEngine,
  otherEngineOptions,
  stoppedEngine,
} from '../../faults/engine-faults.ts';
import { duplicateHostname, duplicateMember, filterPort } from '../../faults/machine-faults.ts';
import { removedFromSwarm, leftSwarm } from '../../faults/swarm-faults.ts';
import type { Defect } from '../defect.ts';

const third = { host: 'third-host' };

export const engineDefects: readonly Defect[] = [
  {
    code: 'engine-unreachable',
    way: 'the engine is stopped',
    where: third,
    fault: ({ provider }) => stoppedEngine(provider, 'third-host'),
  },
  {
    code: 'engine-unreachable',
    way: 'the engine is frozen',
    where: third,
    fault: ({ provider }) => frozenEngine(provider, 'third-host'),
  },
  {
    code: 'engine-unreachable',
    way: 'a firewall drops packets to its port',
    where: third,
    fault: ({ provider, clientAddress }) =>
      filterPort(provider, 'third-host', { port: 2376, from: clientAddress }),
  },
  {
    code: 'engine-not-clustered',
    way: 'the engine runs without the cluster options',
    on: ['seed'],
    where: third,
    fault: ({ provider }) =>
      otherEngineOptions(provider, 'third-host', { without: '--cluster-', instead: [] }),
  },
  {
    code: 'engine-not-clustered',
    way: 'the engine uses another prefix in the key-value store',
    on: ['seed'],
    where: third,
    fault: ({ provider, store }) =>
      otherEngineOptions(provider, 'third-host', {
        without: '--cluster-store=',
        instead: [`--cluster-store=${store.url}/elsewhere`],
      }),
  },
  {
    code: 'engine-not-clustered',
    way: 'the engine has left the swarm',
    on: ['swarm-mode'],
    where: third,
    fault: ({ provider, engine }) =>
      leftSwarm(provider, engine('master-host'), engine('third-host')),
  },
  {
    code: 'engine-not-clustered',
    way: 'the managers have removed the node',
    on: ['swarm-mode'],
    where: third,
    fault: ({ provider, engine }) =>
      removedFromSwarm(provider, engine('master-host'), engine('third-host')),
  },
  {
    code: 'duplicate-hostname',
    way: 'a host is renamed while its engine runs',
    on: ['seed'],
    where: { host: 'third-host', peer: 'worker-host' },
    fault: ({ provider }) => duplicateHostname(provider, 'third-host', 'worker-host'),
  },
  {
    code: 'duplicate-hostname',
    way: 'an engine starts on a host with the name of another host',
    on: ['seed'],
    where: { host: 'third-host', peer: 'worker-host' },
    isPermanent: true,
    fault: ({ provider }) => duplicateMember(provider, 'third-host', 'worker-host'),
  },
  {
    code: 'duplicate-engine-id',
    way: 'the host was cloned from another',
    where: { host: 'third-host', peer: 'worker-host' },
    worksWithDefect: true,
    fault: ({ provider }) => clonedEngineId(provider, 'third-host', 'worker-host'),
  },
];
