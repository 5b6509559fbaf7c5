import type { FaultPlan, FaultRequest } from '../../helpers/fault/fault.ts';
import { type ActiveFault, injectFault } from '../../helpers/fault/inject-fault.ts';
import { planFault } from '../../helpers/fault/plan-fault.ts';
import { faultClusterOf } from '../../helpers/topology/target/fault-cluster.ts';
import { type StartedCommand, overlayCommand, startCommand } from '../topology/command.ts';
import type { DiagnosisLab } from '../diagnosis/lab.ts';

/** Starts `overlay-e2e fault` with these arguments on the cluster of a lab. */
export function startFault({ document }: DiagnosisLab, ...args: string[]): StartedCommand {
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, MACHINE_STORAGE_PATH: document.store };
  return startCommand(overlayCommand, ['fault', ...args], env);
}

/** Plans a fault in the cluster of a lab. */
export async function plan(
  { document, provider }: DiagnosisLab,
  request: FaultRequest,
): Promise<FaultPlan> {
  return planFault(await faultClusterOf(document, provider), request);
}

/** Injects a fault into the cluster of a lab until the result is disposed of. */
export async function inject(lab: DiagnosisLab, request: FaultRequest): Promise<ActiveFault> {
  return await injectFault(lab.provider, await plan(lab, request));
}

/** Runs a shell script in a machine, and returns its exit code: 0 if it succeeded. */
export async function codeOf(
  { provider }: DiagnosisLab,
  machine: string,
  script: string,
): Promise<number> {
  const options = { expect: 'any', limit: 60_000 } as const;
  return (await provider.run(machine, ['sh', '-c', script], options)).exitCode;
}
