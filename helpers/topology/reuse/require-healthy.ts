import type { Diagnosis } from '../../check/model/diagnosis.ts';
import type { MachineProvider } from '../../machine/machine.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { topologyTarget } from '../target/audit-target.ts';
import type { TopologyDocument } from '../document.ts';
import { includesStage } from '../topology.ts';

/** Rejects a running topology that does not work. The full check with packets takes a few seconds. */
export async function requireHealthy(
  document: TopologyDocument,
  provider: MachineProvider,
  signal: AbortSignal,
): Promise<void> {
  if (!includesStage(document.stage, 'cluster')) return;
  const target = topologyTarget(document, await provider.list());
  try {
    const [{ auditCluster }, { prepareProbeImage }] = await Promise.all([
      import('../../check/audit.ts'),
      import('../../check/probe/start/probe-image.ts'),
    ]);
    await prepareProbeImage();
    const { diagnoses } = await auditCluster(target, { signal });
    if (diagnoses.length === 0) return;
    throw new HarnessError({
      code: 'cluster-unhealthy',
      tried: `reuse the machines in ${provider.store}`,
      observed: `the cluster does not work: ${diagnoses.map(describe).join('; ')}`,
      hint: 'run "overlay-e2e check" to see the fix, or tear the cluster down with "overlay-e2e down"',
    });
  } finally {
    for (const { engine } of target.hosts) engine.close();
  }
}

function describe({ code, where, summary }: Diagnosis): string {
  return `${code} (${where.host ?? 'the cluster'}: ${summary})`;
}
