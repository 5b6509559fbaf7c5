import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  installPlugin,
  pluginFile,
  uninstallPlugin,
} from '../../../../../helpers/cli/overlay-e2e/plugin/plugin-file.ts';
import { hasCode } from '../../../../../helpers/process/errors/harness-error.ts';

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plugin-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

const cli = join(import.meta.dirname, '../../../../../helpers/cli/overlay-e2e/main.ts');

test('the installed script answers like a plugin of Docker, and uninstall removes it', async () => {
  const home = makeFolder();
  const file = join(home, '.docker/cli-plugins/docker-overlay');
  const env = { PATH: process.env['PATH'] ?? '', HOME: home };
  const run = (action: string) =>
    execFileSync(process.execPath, [cli, 'plugin', action], { env, encoding: 'utf8' });
  expect(run('install')).toMatch(/^✔ .*docker-overlay\nnext: docker overlay check /);
  // Again: it replaces its own file.
  run('install');
  const answer = execFileSync(file, ['docker-cli-plugin-metadata'], { env, encoding: 'utf8' });
  expect(JSON.parse(answer)).toEqual({
    SchemaVersion: '0.1.0',
    Vendor: 'overlay-e2e',
    Version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    ShortDescription: expect.stringMatching(/\w/),
  });
  const help = execFileSync(file, ['overlay', 'check', '--help'], { env, encoding: 'utf8' });
  expect(help).toMatch(/^Usage: docker overlay check /);
  expect(run('uninstall')).toMatch(/docker-overlay removed\n$/);
  expect(existsSync(file)).toBe(false);
  expect(run('uninstall')).toMatch(/docker-overlay does not exist\n$/);
});

test.for(['a program', 'a link'])(
  '%s with the same name is neither replaced nor removed',
  async (kind) => {
    const folder = makeFolder();
    const file = join(folder, 'docker-overlay');
    const other = join(folder, 'other');
    writeFileSync(other, '#!/bin/sh\necho foreign\n');
    if (kind === 'a link') symlinkSync(other, file);
    else writeFileSync(file, readFileSync(other));
    for (const change of [installPlugin, uninstallPlugin]) {
      const error = await change(file).catch((caught: unknown) => caught);
      expect(hasCode(error, 'name-taken'), String(error)).toBe(true);
      expect(readFileSync(file, 'utf8')).toContain('foreign');
    }
  },
);

test("the place is Docker's folder of the user, or of all users", () => {
  expect(pluginFile(false, { HOME: '/home/me' })).toBe(
    '/home/me/.docker/cli-plugins/docker-overlay',
  );
  expect(pluginFile(false, { HOME: '/home/me', DOCKER_CONFIG: '/c' })).toBe(
    '/c/cli-plugins/docker-overlay',
  );
  expect(pluginFile(true)).toBe('/usr/local/lib/docker/cli-plugins/docker-overlay');
});
