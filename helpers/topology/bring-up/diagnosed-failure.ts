import type { AuditReport } from '../../check/model/report.ts';
import type { AuditTarget } from '../../check/model/target.ts';
import { connectEngine } from '../../docker/engine.ts';
import type { MachineProvider } from '../../machine/machine.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { WaitTimeout } from '../../process/waits/wait-for.ts';
import { clusterOf } from '../target/audit-target.ts';
import { membersOf, type Topology } from '../topology.ts';

/** The failure of a bring-up, explained by a check of everything that ran at that point. */
export class DiagnosedFailure extends HarnessError {
  override readonly name = 'DiagnosedFailure';
  readonly report: AuditReport;

  constructor(failure: HarnessError, report: AuditReport) {
    // The hint is to read the logs, and the findings name the cause.
    const { code, tried, observed, evidence } = failure;
    super({ code, tried, observed, evidence, cause: failure });
    this.report = report;
  }
}

/**
 * Returns the failure of a bring-up, with the findings of a check if a wait timed out, because the wait's own message
 * does not name the cause. Returns the failure unchanged if the check finds nothing or is not possible.
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
    const report = await checkMachines(target, signal);
    return report.diagnoses.length === 0 ? failure : new DiagnosedFailure(failure, report);
  } catch {
    return failure;
  }
}

/** Returns the running part of a topology. The check expects nothing that may not exist yet. */
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

/** Checks the machines of a topology, and closes the connections to their engines. */
export async function checkMachines(
  target: AuditTarget,
  signal: AbortSignal,
): Promise<AuditReport> {
  try {
    // Loaded on demand, because a successful bring-up needs no check.
    const [{ auditCluster }, { prepareProbeImage }] = await Promise.all([
      import('../../check/audit.ts'),
      import('../../check/probe/start/probe-image.ts'),
    ]);
    await prepareProbeImage();
    return await auditCluster(target, { signal });
  } finally {
    for (const { engine } of target.hosts) engine.close();
  }
}
