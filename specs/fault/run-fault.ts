import { type StartedCommand, overlayCommand, startCommand } from '../topology/command.ts';
import type { DiagnosisLab } from '../diagnosis/lab.ts';

/** Starts `overlay-e2e fault` with these arguments on the cluster of a lab. */
export function startFault({ document }: DiagnosisLab, ...args: string[]): StartedCommand {
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, MACHINE_STORAGE_PATH: document.store };
  return startCommand(overlayCommand, ['fault', ...args], env);
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
