import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createProgram } from '../../../helpers/cli/overlay-e2e/program.ts';
import { settings, settingsOf } from '../../../helpers/cli/settings.ts';

const root = join(import.meta.dirname, '../../..');

/** Variables between a run and the processes that it starts, which users do not set. */
const internal = [
  // Set by a spec that breaks a cluster, for the specs that it runs on this cluster.
  'E2E_ATTACH',
  // Set by a run of the matrix for each run of Vitest.
  'E2E_COMBINATION',
  // Set by the command that enters a user's namespaces, for programs that need a network.
  'OVERLAY_E2E_OUTSIDE',
  // Set by the shell script that runs Vitest, for its reporter.
  'OVERLAY_E2E_TMPDIR',
];

test('the settings are exactly the variables of overlay-e2e that the code reads', () => {
  const sources = globSync(['{helpers,specs}/**/*.{ts,sh}', 'vitest.config.ts'], { cwd: root })
    .filter((file) => !file.startsWith('specs/unit/') && file !== 'helpers/cli/settings.ts')
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n');
  // As a property, as a string, or as a variable of a shell.
  const reading = /(?:env\.|['"]|\$\{?)((?:OVERLAY_)?E2E_[A-Z_]+)\b(?!=)/g;
  const read = new Set([...sources.matchAll(reading)].map(([, name = '']) => name));
  const told = settings.flatMap(({ names }) => names).filter((name) => name.includes('E2E_'));
  expect([...told, ...internal].toSorted()).toEqual([...read].toSorted());
});

test('below the command line, one module reads variables by name', () => {
  const files = globSync('helpers/**/*.ts', { cwd: root }).filter(
    (file) => !file.startsWith('helpers/cli/') && file !== 'helpers/process/environment.ts',
  );
  const readers = files.filter((file) =>
    /process\.env(?:\[|\.)|\} = process\.env/.test(readFileSync(join(root, file), 'utf8')),
  );
  // This file hides a variable from the Docker client.
  expect(readers).toEqual(['helpers/docker/connection.ts']);
});

test('each variable is in the table once, with existing commands', () => {
  const names = settings.flatMap((one) => one.names);
  expect(names.length).toBe(new Set(names).size);
  const program = createProgram();
  const commands = [program, ...program.commands].map((one) => one.name()).concat('specs');
  for (const {
    names: [name],
    of,
  } of settings) {
    expect(of.length, name).toBeGreaterThan(0);
    expect(commands, name).toEqual(expect.arrayContaining([...of]));
  }
  expect(settingsOf('up').map(({ names: [name] }) => name)).toContain('E2E_SUBNET');
  expect(settingsOf('report').map(({ names: [name] }) => name)).not.toContain('E2E_SUBNET');
});
