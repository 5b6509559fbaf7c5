import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One call of the real docker-machine, and what came of it. */
export interface Recording {
  readonly name: string;
  readonly command: string;
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The recordings that are replayed together, in the order in which they were made. */
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

/** What the docker client was answered through the manager of a classic Swarm: needs an image of it. */
export const SWARM_SCENARIO = 'swarm';

export type Scenario = (typeof SCENARIOS)[number] | typeof SWARM_SCENARIO;

const folder = join(import.meta.dirname, 'recordings');

export function readRecordings(scenario: Scenario): Recording[] {
  return JSON.parse(readFileSync(join(folder, `${scenario}.json`), 'utf8')) as Recording[];
}

/** The names of all recordings that there are. */
export function readNames(): string[] {
  return readFileSync(join(folder, 'names.txt'), 'utf8').trimEnd().split('\n');
}

/** The recordings that say nothing about netns-machine, each group with the reason. */
export function readNotReplayed(): { reason: string; names: string[] }[] {
  const file = join(folder, 'not-replayed.json');
  return JSON.parse(readFileSync(file, 'utf8')) as { reason: string; names: string[] }[];
}
