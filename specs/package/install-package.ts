import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../helpers/process/run-command.ts';
import { lockFor } from './lock-for.ts';
import type { PackedProject } from './packed.ts';

const root = join(import.meta.dirname, '../..');

// Runs: npm install --save-dev ../overlay-e2e/overlay-e2e-0.1.0.tgz vitest
// As this line does, but with the answers of the registry from this repository's lock file.
const [file = '', runner = ''] =
  'npm install --save-dev ../overlay-e2e/overlay-e2e-0.1.0.tgz vitest'.split(' ').slice(3);

/** Installs the package into a new project next to its tarball, and returns the project's folder. */
export async function installPackage({
  folder,
  manifest,
  tarball,
}: PackedProject): Promise<string> {
  const home = join(folder, 'shop');
  mkdirSync(home);
  mkdirSync(join(folder, 'overlay-e2e'));
  copyFileSync(join(folder, tarball.filename), join(home, file));
  const { version } = JSON.parse(
    readFileSync(join(root, 'node_modules/vitest/package.json'), 'utf8'),
  ) as { readonly version: string };
  const devDependencies = {
    'overlay-e2e': `file:${file}`,
    [runner]: version,
  };
  const project = { name: 'shop', version: '1.0.0', type: 'commonjs', devDependencies };
  writeFileSync(join(home, 'package.json'), JSON.stringify(project));
  const { name: _name, ...described } = manifest;
  const entry = {
    ...described,
    resolved: `file:${file}`,
    integrity: tarball.integrity,
    dev: true,
  };
  writeFileSync(join(home, 'package-lock.json'), JSON.stringify(lockFor(project, entry)));
  const words = 'ci --prefer-offline --ignore-scripts --no-audit --no-fund'.split(' ');
  await runCommand('npm', words, { cwd: home, env: installEnvironment(), limit: 170_000 });
  return home;
}

function installEnvironment(): Record<string, string> {
  return { ...(process.env as Record<string, string>), CI: '1', NO_COLOR: '1' };
}
