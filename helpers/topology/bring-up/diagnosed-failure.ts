import type { AuditReport } from '../../check/model/report.ts';
import type { AuditTarget } from '../../check/model/target.ts';
import { connectEngine } from '../../docker/engine.ts';
import type { MachineProvider } from '../../machine/machine.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { WaitTimeout } from '../../process/waits/wait-for.ts';
import { clusterOf } from '../target/audit-target.ts';
import { membersOf, type Topology } from '../topology.ts';

/** A set-up failed, and an audit of what was up by then found why. */
export class DiagnosedFailure extends HarnessError {
  override readonly name = 'DiagnosedFailure';
  readonly report: AuditReport;

  constructor(failure: HarnessError, report: AuditReport) {
    const { code, tried, observed, remedy, evidence } = failure;
    super({ code, tried, observed, remedy, evidence, cause: failure });
    this.report = report;
  }
}

/**
 * The failure of a set-up, with the findings of an audit when it waited in vain: what it waited for says less than what
 * is wrong with the cluster. The failure itself where nothing is found, or nothing can be examined any more.
 */
export async function diagnoseFailure(
  failure: unknown,
  topology: Topology,
  provider: MachineProvider,
  signal: AbortSignal,
): Promise<unknown> {
  if (!(failure instanceof WaitTimeout) || signal.aborted) return failure;
  try {
    const target = await findTarget(topology, provider);
    if (target.hosts.length === 0) return failure;
    const report = await audit(target, signal);
    return report.diagnoses.length === 0 ? failure : new DiagnosedFailure(failure, report);
  } catch {
    return failure;
  }
}

/** What is up of a topology so far. Nothing is expected that may not have been created yet. */
async function findTarget(topology: Topology, provider: MachineProvider): Promise<AuditTarget> {
  const machines = await provider.list();
  const names = membersOf(topology).map(({ name }) => name);
  const members = machines.filter(({ name, state }) => names.includes(name) && state === 'Running');
  return {
    ...clusterOf({ machines }, topology.cluster),
    name: `topology ${topology.name}`,
    hosts: members.map((machine) => ({
      name: machine.name,
      engine: connectEngine(machine),
      address: machine.address,
    })),
    isComplete: members.length === names.length,
    expectations: {},
  };
}

async function audit(target: AuditTarget, signal: AbortSignal): Promise<AuditReport> {
  try {
    // Loaded when it is needed: a set-up that succeeds needs no audit.
    const [{ auditCluster }, { prepareProbeImage }] = await Promise.all([
      import('../../check/audit.ts'),
      import('../../check/probe/probe-image.ts'),
    ]);
    await prepareProbeImage();
    return await auditCluster(target, { signal });
  } finally {
    for (const { engine } of target.hosts) engine.close();
  }
}
