import { describe } from 'vitest';
import type { FaultCluster, FaultName } from '../../helpers/fault/fault.ts';
import { planRounds } from '../../helpers/measure/soak/plan-rounds.ts';
import { soak } from '../../helpers/measure/soak/soak.ts';
import { expect } from '../../helpers/spec/expect.ts';
import { faultClusterOf } from '../../helpers/topology/target/fault-cluster.ts';
import { queryDatabase } from '../../helpers/workload/query-database.ts';
import { labTest } from '../diagnosis/lab-test.ts';

const test = labTest('seed');

/** Returns the smallest seed whose first round is that fault. */
function seedOf(name: FaultName, cluster: FaultCluster, containers: readonly string[]): number {
  for (let seed = 0; ; seed += 1) {
    const { value } = planRounds(seed, cluster, containers).next();
    if (value.kind === 'fault' && value.request.name === name && value.seconds < 5) return seed;
  }
}

describe('A soak test', () => {
  test('notices an acknowledged write that is lost, and stops', async ({ lab }) => {
    const { document, provider } = lab;
    const cluster = await faultClusterOf(document, provider);
    const containers = document.workload.map(({ container }) => container);
    const report = await soak(provider, document, cluster, {
      seed: seedOf('vxlan-blocked', cluster, containers),
      duration: 600_000,
      settle: 120_000,
      signal: new AbortController().signal,
      onExamine: async () => {
        const database = await lab.container('worker-host', 'mysqlserver');
        await queryDatabase(database, 'DELETE FROM overlay_e2e_ledger WHERE value = 3');
      },
    });
    expect(report.hasFinding).toBe(true);
    expect(report.rounds.map(({ violations }) => violations)).toEqual([
      ['1 write (3) acknowledged and lost'],
    ]);
    expect(report.rounds[0]?.measurement.neverRecovered.findings).toEqual([]);
  });

  test('of faults that are undone has no finding and acknowledged writes', async ({ lab }) => {
    const { document, provider } = lab;
    const cluster = await faultClusterOf(document, provider);
    const containers = document.workload.map(({ container }) => container);
    const report = await soak(provider, document, cluster, {
      seed: seedOf('gossip-blocked', cluster, containers),
      // One round.
      duration: 1,
      settle: 120_000,
      signal: new AbortController().signal,
    });
    expect(report.rounds.map(({ violations }) => violations)).toEqual([[]]);
    expect(report.rounds[0]?.measurement).toRecover();
    expect(report.hasFinding).toBe(false);
    expect(report.rounds[0]?.acknowledged).toBeGreaterThan(5);
    const database = await lab.container('worker-host', 'mysqlserver');
    expect(await queryDatabase(database, 'SHOW TABLES')).not.toContain('ledger');
  });
});
