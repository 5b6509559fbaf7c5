import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A recorded command of the real docker-machine with its result. */
export interface Recording {
  readonly name: string;
  readonly command: string;
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The recordings that are replayed together, in the order in which they were recorded. */
export const SCENARIOS = [
  'words',
  'order',
  'broken',
  'making',
  'reading',
  'copying',
  'engines',
  'third',
  'none',
  'off',
  'lifecycle',
] as const;

/** The docker client's output through the manager of a classic Swarm. Requires an image of classic Swarm. */
export const SWARM_SCENARIO = 'swarm';

export type Scenario = (typeof SCENARIOS)[number] | typeof SWARM_SCENARIO;

const folder = join(import.meta.dirname, 'recordings');

export function readRecordings(scenario: Scenario): Recording[] {
  return JSON.parse(readFileSync(join(folder, `${scenario}.json`), 'utf8')) as Recording[];
}

/**
 * Returns a part of the recordings of texts: help, versions and missing arguments in every run of the specs, the other
 * errors and texts only if the project `machine-cli` is requested.
 */
export function readWords(part: 'in every run' | 'on request'): Recording[] {
  return readRecordings('words').filter(
    ({ name }) => /^(?:help|version|err-noargs)-/.test(name) === (part === 'in every run'),
  );
}

/** Returns the names of all recordings. */
export function readNames(): string[] {
  return readFileSync(join(folder, 'names.txt'), 'utf8').trimEnd().split('\n');
}

/** Returns the recordings that do not apply to netns-machine, in groups with the reason. */
export function readNotReplayed(): { reason: string; names: string[] }[] {
  const file = join(folder, 'not-replayed.json');
  return JSON.parse(readFileSync(file, 'utf8')) as { reason: string; names: string[] }[];
}
