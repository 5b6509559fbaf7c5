import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../helpers/process/run-command.ts';
import { packProject } from './packed.ts';

const root = join(import.meta.dirname, '../..');
const bin = join(root, 'node_modules/.bin');
const packed = packProject();

test('the package has JavaScript, the types of its entry points, and the files that these read', () => {
  const { files, size } = packed().tarball;
  const paths = files.map(({ path }) => path);
  const sources = paths.filter((path) => extname(path) === '.ts' && !path.endsWith('.d.ts'));
  expect(sources).toEqual([]);
  expect(paths.filter((path) => /\.(?:spec|test)\.[jt]s|^(?:specs|reports|\.)/.test(path))).toEqual(
    [],
  );
  const folders = new Set(paths.map((path) => path.split('/', 1)[0]));
  expect(folders).toEqual(new Set(['LICENSE', 'README.md', 'docs', 'helpers', 'package.json']));
  expect(paths).toEqual(
    expect.arrayContaining([
      'helpers/check/probe/agent/main.pl',
      'helpers/netns/boot/init.sh',
      'helpers/workload/car-service/schema.sql',
      'docs/diagnoses/vxlan-blocked.md',
    ]),
  );
  expect(size).toBeLessThan(1_000_000);
});

test("it leaves the user's Node.js alone, runs no script, and brings no Vitest", () => {
  const { manifest, tarball } = packed();
  expect(Object.keys(manifest['bin'] as object)).toEqual(['netns-machine', 'overlay-e2e']);
  for (const field of ['scripts', 'optionalDependencies', 'devDependencies', 'private']) {
    expect(manifest).not.toHaveProperty(field);
  }
  expect(manifest['engines']).toEqual({ node: '>=22.19.0' });
  const dependencies = Object.keys(manifest['dependencies'] as object);
  expect(dependencies.filter((name) => /^node-linux|^vitest$|allure/.test(name))).toEqual([]);
  expect(Object.keys(manifest['peerDependencies'] as object)).toContain('vitest');
  for (const name of ['netns-machine', 'overlay-e2e']) {
    const file = tarball.files.find(({ path }) => path === `helpers/cli/bin/${name}.js`);
    expect((file?.mode ?? 0) & 0o111, name).toBe(0o111);
  }
});

test('every entry point of the clone is one of the package', async () => {
  const { manifest, dist } = packed();
  const { exports } = JSON.parse(
    (await runCommand('cat', ['package.json'], { cwd: root })).stdout,
  ) as { readonly exports: Readonly<Record<string, string>> };
  const entries = manifest['exports'] as Readonly<Record<string, Record<string, string> | string>>;
  for (const [entry, source] of Object.entries(exports)) {
    const path = source.replace(/\.ts$/, '');
    expect(entries[entry]).toEqual({ types: `${path}.d.ts`, default: `${path}.js` });
    expect(existsSync(join(dist, `${path}.js`)), entry).toBe(true);
  }
});

test('publint and "Are the types wrong?" find no problem', async () => {
  const { dist, folder, tarball } = packed();
  const { stdout } = await runCommand(join(bin, 'publint'), ['run', dist, '--strict']);
  expect(stdout).toMatch(/All good!/);
  const file = join(folder, tarball.filename);
  await runCommand(join(bin, 'attw'), [file, '--profile', 'esm-only'], { limit: 120_000 });
});

test('the commands name the version of Node.js that they need', async () => {
  const { dist } = packed();
  const start = join(dist, 'helpers/cli/bin/start.js');
  const script = `import { prepareNode } from ${JSON.stringify(start)}; prepareNode('overlay-e2e', '20.20.2'); console.log('started');`;
  const old = await runCommand(process.execPath, ['--input-type=module', '--eval', script], {
    expect: 'any',
  });
  expect(old).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr: 'overlay-e2e: Node.js 20.20.2 is too old. Install Node.js 22.19.0 or newer.\n',
  });
});
