import { describe, expect, test } from 'vitest';
import { type FaultCluster, faultNames } from '../../../../helpers/fault/fault.ts';
import { planFault } from '../../../../helpers/fault/plan-fault.ts';
import {
  planRounds,
  type Round,
  roundInWords,
} from '../../../../helpers/measure/soak/plan-rounds.ts';

const machines = ['mh-keystore', 'master-host', 'worker-host'].map((name, index) => ({
  name,
  address: `192.168.100.10${index}`,
  hasOwnKernel: false,
}));
const cluster: FaultCluster = { machines, store: { machine: 'mh-keystore', port: 8500 } };
const containers = ['tomcat-app', 'mysqlserver'];

function roundsOf(seed: number, count: number, one = cluster): Round[] {
  const rounds = planRounds(seed, one, containers);
  return Array.from({ length: count }, () => rounds.next().value);
}

describe('The rounds of a soak test', () => {
  test('are the same for the same seed, and others for another', () => {
    expect(roundsOf(7, 50)).toEqual(roundsOf(7, 50));
    expect(roundsOf(7, 50)).not.toEqual(roundsOf(8, 50));
  });

  test('are the recorded ones, so that a seed reproduces the run of an older version', () => {
    expect(roundsOf(6, 4).map(roundInWords)).toEqual([
      'partition worker-host for 4 s',
      'partition master-host for 14 s',
      'vxlan-blocked worker-host for 7 s',
      'restart tomcat-app',
    ]);
  });

  test('are faults that can be planned, and restarts of all containers', () => {
    const rounds = roundsOf(1, 500);
    const names = new Set<string>();
    for (const round of rounds) {
      if (round.kind === 'redeployment') names.add(round.container);
      else names.add(planFault(cluster, round.request).name);
    }
    for (const name of [
      'tomcat-app',
      'mysqlserver',
      'partition',
      'machine-killed',
      'store-paused',
    ]) {
      expect(names).toContain(name);
    }
    for (const name of ['packet-delay', 'clock-changed', 'disk-full', 'leader-lost']) {
      expect(names).not.toContain(name);
    }
  });

  test('leave out the faults that are not wanted, down to restarts alone', () => {
    const most = faultNames.filter((name) => name !== 'partition');
    const some = planRounds(1, cluster, containers, most);
    const names = Array.from({ length: 100 }, () => roundInWords(some.next().value).split(' ')[0]);
    expect(new Set(names)).toEqual(new Set(['partition', 'restart']));
    expect(planRounds(1, cluster, containers, faultNames).next().value.kind).toBe('redeployment');
    expect(() => planRounds(1, cluster, [], faultNames).next()).toThrow(
      'no fault and no container is left',
    );
  });

  test('stop no store where none is, and the leader of a swarm', () => {
    const swarm: FaultCluster = { machines, leader: 'master-host' };
    const names = roundsOf(1, 500, swarm).map((round) => {
      return round.kind === 'fault' ? round.request.name : '';
    });
    expect(names).toContain('leader-lost');
    expect(names.filter((name) => name.startsWith('store-'))).toEqual([]);
  });
});
