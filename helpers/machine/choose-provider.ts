import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { activity } from '../process/activity.ts';
import { isAdministrator, isRootless } from '../process/rootless.ts';
import { decideProvider } from './decide-provider.ts';
import type { MachineProvider } from './machine.ts';
import type { Decision } from './provider-kind.ts';
import { providerKinds } from './provider-kinds.ts';

export interface Choice extends Decision {
  readonly provider: MachineProvider;
}

/**
 * Returns the provider of this run's machines, according to {@link decideProvider}. Publishes the choice and its reason
 * as an activity, for the report and the terminal.
 */
export async function chooseProvider(env: NodeJS.ProcessEnv = process.env): Promise<Choice> {
  const decision = decideHere(env);
  const { name, driver, because } = decision;
  const made = driver === undefined ? name : `${name} with the driver ${driver}`;
  const title = `provider ${made}: ${because}`;
  // Checked before the activity, which would report the same failure again.
  providerKinds[name].requireHost();
  return await activity('stage', title, async () => ({
    ...decision,
    provider: await openProvider(env),
  }));
}

/** Returns the provider without publishing the choice: for commands that use a state directory later. */
export async function openProvider(env: NodeJS.ProcessEnv = process.env): Promise<MachineProvider> {
  return await providerKinds[decideHere(env).name].open(env);
}

/** Returns the result of {@link decideProvider} for this host. */
export function decideHere(env: NodeJS.ProcessEnv = process.env): Decision {
  const has = (program: string) => canRun(program, env['PATH'] ?? '');
  const { platform, arch } = process;
  const isRoot = isAdministrator() && !isRootless();
  return decideProvider({ env, platform, arch, isRoot, has });
}

function canRun(program: string, path: string): boolean {
  const files = program.includes('/')
    ? [program]
    : path.split(delimiter).map((folder) => join(folder, program));
  return files.some((file) => {
    try {
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  });
}
