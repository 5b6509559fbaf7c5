import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditCluster } from '../../helpers/check/audit.ts';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { InterruptionWatch } from '../../helpers/process/errors/interruption.ts';
import { topologyTarget } from '../../helpers/topology/target/audit-target.ts';
import { bringUp } from '../../helpers/topology/bring-up/bring-up.ts';
import { tearDown } from '../../helpers/topology/bring-up/tear-down.ts';
import { tutorialTopologies } from '../../helpers/topology/topologies.ts';
import type { Topology } from '../../helpers/topology/topology.ts';
import { type ConfusionRun, runOf } from './confusion-run.ts';
import { guardStore } from '../machine/store-guard.ts';
import { openServiceLab, openServiceProvider } from '../uml/service-lab.ts';
import { findMistakes } from './defect.ts';
import { updatedCluster } from './matrix-clusters.ts';
import { formerOf } from '../../helpers/topology/bring-up/stages/form-cluster.ts';

/** Checks a healthy cluster of every included kind `times` times on an idle machine and `times` times on a busy one. */
export async function auditHealthyClusters(
  times: number,
  record: (...runs: readonly ConfusionRun[]) => Promise<void>,
  isIncluded: (name: string) => boolean,
): Promise<void> {
  if (times === 0) return;
  for (const topology of tutorialTopologies.filter(({ name }) => isIncluded(name))) {
    const missing = formerOf(topology.cluster).whyNotHere?.();
    if (missing !== undefined) {
      console.log(`${topology.name}: skipped: ${missing}`);
      continue;
    }
    await record(...(await auditHealthy(topology, times)));
  }
  if (isIncluded(updatedCluster)) await auditUpdates(times, record);
}

/** Checks the cluster with services while one of them is updated. The result of such a check may be incomplete. */
async function auditUpdates(
  times: number,
  record: (...runs: readonly ConfusionRun[]) => Promise<void>,
): Promise<void> {
  const { provider, clear } = await openServiceProvider();
  try {
    const lab = await openServiceLab(provider);
    for (let time = 0; time < times; time++) {
      await lab.inside('one', 'docker service update --detach --force web');
      const report = await lab.audit();
      const mistakes = findMistakes([], report.diagnoses);
      const way = 'during a rolling update of a service';
      await record(runOf(report, { cluster: updatedCluster, injected: 'healthy', way, mistakes }));
      await lab.recover();
    }
  } finally {
    await clear();
  }
}

async function auditHealthy(topology: Topology, times: number): Promise<ConfusionRun[]> {
  const store = await mkdtemp(join(tmpdir(), 'overlay-e2e-healthy-'));
  guardStore(store);
  const provider = createNetnsProvider({ store });
  try {
    using watch = new InterruptionWatch();
    const document = await bringUp(topology, provider, { watch, keepClaim: true });
    const machines = await Promise.all(document.machines.map(({ name }) => provider.inspect(name)));
    const target = topologyTarget(document, machines);
    const audit = async (way: string): Promise<ConfusionRun> =>
      runOf(await auditCluster(target), { cluster: topology.name, injected: 'healthy', way });
    const runs: ConfusionRun[] = [];
    for (let time = 0; time < times; time++) runs.push(await audit('on an idle machine'));
    {
      await using _ = keepBusy();
      for (let time = 0; time < times; time++) runs.push(await audit('on a busy machine'));
    }
    const wrong = runs.flatMap(({ mistakes }) => mistakes);
    console.log(`${topology.name}: ${runs.length} healthy audits, ${wrong.length} mistakes`);
    return runs;
  } finally {
    await tearDown(provider);
    await rm(store, { recursive: true, force: true });
  }
}

/** Runs two busy processes for each processor until it is disposed. */
function keepBusy(): AsyncDisposable {
  const programs = Array.from({ length: 2 * availableParallelism() }, () =>
    spawn(process.execPath, ['--eval', 'for (;;);'], { stdio: 'ignore' }),
  );
  return {
    [Symbol.asyncDispose]: async () => {
      const ends = programs.map((program) => once(program, 'exit'));
      for (const program of programs) program.kill('SIGKILL');
      await Promise.all(ends);
    },
  };
}
