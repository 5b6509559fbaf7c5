import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { activity } from '../process/activity.ts';
import { decideProvider } from './decide-provider.ts';
import type { MachineProvider } from './machine.ts';
import type { Decision } from './provider-kind.ts';
import { providerKinds } from './provider-kinds.ts';

export interface Choice extends Decision {
  readonly provider: MachineProvider;
}

/**
 * The provider that makes this run's machines; {@link decideProvider} says which. Which it is, and why, is published as
 * an activity, and so stands in the report and on the terminal.
 */
export async function chooseProvider(env: NodeJS.ProcessEnv = process.env): Promise<Choice> {
  const decision = decideHere(env);
  const { name, driver, because } = decision;
  const made = driver === undefined ? name : `${name} with the driver ${driver}`;
  const title = `provider ${made}, because ${because}`;
  // Before the activity, which would report the same failure once more.
  providerKinds[name].requireHost();
  return await activity('stage', title, async () => ({
    ...decision,
    provider: await openProvider(env),
  }));
}

/** The same, with nothing said: for whoever comes to a store later than the one that chose. */
export async function openProvider(env: NodeJS.ProcessEnv = process.env): Promise<MachineProvider> {
  return await providerKinds[decideHere(env).name].open(env);
}

/** What {@link decideProvider} says of this machine. */
export function decideHere(env: NodeJS.ProcessEnv = process.env): Decision {
  const has = (program: string) => canRun(program, env['PATH'] ?? '');
  return decideProvider({ env, platform: process.platform, has });
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
