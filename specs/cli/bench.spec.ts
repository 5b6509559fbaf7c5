import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../../helpers/process/run-command.ts';

const root = join(import.meta.dirname, '../..');

test('npm run bench prints the timings of runs and of a compared command as one JSON document', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-spec-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const script = join(folder, 'other.sh');
  writeFileSync(
    script,
    `echo "$1" >>${folder}/calls; [ "$1" = down ] || echo '   0.50 it is up'\n`,
  );
  // Runs: npm run bench
  const options = ['--runs', '1', '--until', 'keystore', '--only', 'up', '--compare', script];
  const { stdout, stderr } = await runCommand(
    'npm',
    ['run', '--silent', 'bench', '--', ...options],
    { cwd: root, env: { ...process.env, TMPDIR: folder } },
  );
  const { runs, until, laps, ofCompared } = JSON.parse(stdout) as {
    runs: number;
    until: string;
    laps: Record<string, { median: number; each: number[] }>;
    ofCompared: Record<string, number>;
  };
  expect({ runs, until }).toEqual({ runs: 1, until: 'keystore' });
  expect(Object.keys(laps)).toEqual([
    'compared, it is up',
    'compared',
    'up, keystore complete',
    'up',
    'down',
  ]);
  for (const [name, { each }] of Object.entries(laps)) expect(each, name).toHaveLength(1);
  expect(laps['compared']).toEqual({ median: 0.5, each: [0.5] });
  // The stage ends before the whole, and both take time.
  const [stage, up] = [laps['up, keystore complete']?.median ?? 0, laps['up']?.median ?? 0];
  expect(stage).toBeGreaterThan(0);
  expect(up).toBeGreaterThan(stage);
  expect(ofCompared['up']).toBeCloseTo(up / 0.5, 2);
  // Node and npm may print warnings on the same stream.
  expect(stderr.split('\n')).toContain('run 1 of 1');
  // The state directory was in the same folder.
  expect(readdirSync(folder).filter((name) => name.startsWith('overlay-e2e-'))).toEqual([]);
  expect(readFileSync(join(folder, 'calls'), 'utf8')).toBe('up\ndown\n');
});
