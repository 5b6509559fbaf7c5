import type { Diagnosis } from '../../check/model/diagnosis.ts';
import type { MachineProvider } from '../../machine/machine.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { checkMachines, DiagnosedFailure } from '../bring-up/diagnosed-failure.ts';
import { topologyTarget } from '../target/audit-target.ts';
import type { TopologyDocument } from '../document.ts';
import { includesStage } from '../topology.ts';

/**
 * Rejects a running topology that does not work, with the findings. The full check with packets takes a few seconds.
 */
export async function requireHealthy(
  document: TopologyDocument,
  provider: MachineProvider,
  signal: AbortSignal,
): Promise<void> {
  if (!includesStage(document.stage, 'cluster')) return;
  const report = await checkMachines(topologyTarget(document, await provider.list()), signal);
  if (report.diagnoses.length === 0) return;
  const failure = new HarnessError({
    code: 'cluster-unhealthy',
    tried: `reuse the machines in ${provider.store}`,
    observed: `the cluster does not work: ${report.diagnoses.map(describe).join('; ')}`,
    hint: 'run the command of the fix, or tear the cluster down with "overlay-e2e down"',
  });
  throw new DiagnosedFailure(failure, report);
}

function describe({ code, where, summary }: Diagnosis): string {
  return `${code} (${where.host ?? 'the cluster'}: ${summary})`;
}
