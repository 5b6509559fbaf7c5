import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { release, type } from 'node:os';
import { join } from 'node:path';
import { parseEnvInfo, stringifyEnvInfo } from 'allure-js-commons/sdk/reporter';
import { resultsFolder } from '../results/reports-folder.ts';

/**
 * Adds to the report's table "environment". Versions and names only: addresses and ports differ from run to run and belong
 * to evidence.
 *
 * tellEnvironment({ provider: 'netns', engine: '20.10.5', store: 'Consul 1.8.7' });
 */
export function tellEnvironment(info: Readonly<Record<string, string>>): void {
  const folder = resultsFolder();
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'environment.properties');
  // The last entry is the most relevant one, so it comes first.
  writeFileSync(file, stringifyEnvInfo({ ...info, ...readEnvironment(file), ...info }));
}

/** Adds the facts of every run. */
export function tellSystem(): void {
  tellEnvironment({
    system: systemName(),
    kernel: `${type()} ${release()}`,
    node: process.version,
  });
}

function systemName(): string {
  try {
    const text = readFileSync('/etc/os-release', 'utf8');
    return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(text)?.[1] ?? process.platform;
  } catch {
    return process.platform;
  }
}

function readEnvironment(file: string): Record<string, string | undefined> {
  try {
    return parseEnvInfo(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
