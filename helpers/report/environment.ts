import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnvInfo, stringifyEnvInfo } from 'allure-js-commons/sdk/reporter';
import { resultsFolder } from './reports-folder.ts';

/**
 * Tells the report's table «environment» what the run ran on. Versions and names only: addresses and ports differ from
 * run to run and belong into evidence.
 *
 *     tellEnvironment({ provider: 'netns', engine: '20.10.5', store: 'Consul 1.8.7' });
 */
export function tellEnvironment(info: Readonly<Record<string, string>>): void {
  const folder = resultsFolder();
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'environment.properties');
  writeFileSync(file, stringifyEnvInfo({ ...readEnvironment(file), ...info }));
}

function readEnvironment(file: string): Record<string, string | undefined> {
  try {
    return parseEnvInfo(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
