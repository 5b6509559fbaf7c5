import { readFile } from 'node:fs/promises';
import { type Finding, fine, missing } from '../../netns/doctor/host-finding.ts';
import type { HarnessError } from '../../process/errors/harness-error.ts';
import { findProgram } from '../../process/files/find-program.ts';
import { runCommand } from '../../process/run-command.ts';
import type { Environment } from '../provider-kind.ts';
import { dockerMachineCommand, usualDriver, virtualBoxRange } from './environment.ts';
import { evaluateVirtualBoxRange } from './virtualbox-range.ts';

/** Finds out if the programs that the docker-machine provider needs run. */
export async function examineDockerMachine(env: Environment = process.env): Promise<Finding[]> {
  const driver = usualDriver(env);
  const command = dockerMachineCommand(env);
  const wanted: readonly (readonly [string, string])[] = [
    [command, 'version'],
    ...(driver === 'virtualbox' ? [['VBoxManage', '--version'] as const] : []),
  ];
  const findings = await Promise.all(
    wanted.map(async ([program, question]) => {
      const hint = `install ${program}, or use the built-in provider: E2E_PROVIDER=netns`;
      if (!program.includes('/') && findProgram(program) === undefined) {
        return missing(program, 'not found on PATH', hint);
      }
      try {
        const { stdout } = await runCommand(program, [question], { limit: 30_000 });
        return fine(program, stdout.trim().split('\n')[0] ?? '');
      } catch (error) {
        return missing(program, (error as HarnessError).observed, hint);
      }
    }),
  );
  const virtualBox = findings.find(({ subject }) => subject === 'VBoxManage');
  if (virtualBox === undefined || !virtualBox.fine) return findings;
  const list = await readFile('/etc/vbox/networks.conf', 'utf8').catch(() => undefined);
  const cidr = env[virtualBoxRange] || undefined;
  return [...findings, evaluateVirtualBoxRange(virtualBox.observed, list, cidr)];
}
