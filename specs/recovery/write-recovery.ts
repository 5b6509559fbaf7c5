import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { table } from '../reference/markdown.ts';
import { type RecoveryData, recoveryData, type RecoveryRun, shownPaths } from './recovery-run.ts';

/** The name of the data in the folder of the page. */
export const dataFile = 'recovery.json';

/** Returns the data that an earlier run wrote to a folder. */
export async function readRecovery(folder: string): Promise<RecoveryData> {
  return recoveryData.parse(JSON.parse(await readFile(join(folder, dataFile), 'utf8')));
}

/** Writes the runs as data and as a page. */
export async function writeRecovery(folder: string, data: RecoveryData): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, dataFile), `${JSON.stringify(data, null, 2)}\n`);
  await writeFile(join(folder, 'recovery.md'), describeRecovery(data));
}

/** Formats the page. */
export function describeRecovery({ date, computer, load, runs }: RecoveryData): string {
  const rows = Map.groupBy(runs, ({ topology, fault }) => `${topology} ${fault}`);
  const head = [
    'topology and engine',
    'fault',
    'TCP',
    'open TCP',
    'DNS',
    'HTTP',
    'all layers',
    'last layer',
    'remains',
  ];
  return `# Recovery times

\`npm run recovery\` brings up each cluster kind with each engine, injects faults for five seconds, and [measures](faults.md#measure-outages-and-recovery) until everything has recovered. It also upgrades a swarm machine by machine; then the fault lasts as long as the step. [The same as data](recovery.json).

Measured on ${date}: ${computer}, a load of ${load.join(' to ')}.

- **TCP, open TCP, DNS, HTTP**: the longest outage of new connections between containers, of one connection that is opened again when it breaks, of names, and of the car service. The time of the fault is included.
- **All layers**: the time from the end of the fault until all of them were correct, from the engines to the application. Checks follow each other, so it is not more exact than the time of one check.
- **Last layer**: the layer that was correct last.
- **Remains**: the findings after two minutes.

With several runs, the table has the shortest and the longest time.

${table(
  head,
  [...rows.values()].map((same) => rowOf(same)),
)}
`;
}

function rowOf(runs: readonly RecoveryRun[]): string[] {
  const [first] = runs;
  const recoveries = runs.map(({ recovery }) => recovery ?? null);
  return [
    first?.topology ?? '',
    first?.fault ?? '',
    ...shownPaths.map((kind) => {
      const known = runs.map(({ outages }) => outages[kind]).filter((time) => time !== undefined);
      return known.length === 0 ? '' : range(known);
    }),
    range(recoveries),
    listOnce(runs.map(({ lastLayer }) => lastLayer)),
    listOnce(runs.flatMap(({ left }) => left)),
  ];
}

function listOnce(words: readonly (string | undefined)[]): string {
  return [...new Set(words.filter((word) => word !== undefined))].join(', ');
}

/** Formats milliseconds as seconds: "0.4 s", "0.4–1.2 s", "1.2 s, once never", "never", or "none" for zero. */
export function range(times: readonly (number | null)[]): string {
  const ended = times.filter((time) => time !== null);
  const endless = times.length - ended.length;
  if (ended.length === 0) return 'never';
  const [least, most] = [Math.min(...ended), Math.max(...ended)].map((time) =>
    (time / 1000).toFixed(1),
  );
  const spread = least === most ? least : `${least}–${most}`;
  const seconds = most === '0.0' ? 'none' : `${spread} s`;
  if (endless === 0) return seconds;
  return `${seconds}, ${endless === 1 ? 'once' : `${endless} times`} never`;
}
