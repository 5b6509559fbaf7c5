import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../helpers/process/run-command.ts';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const contributing = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');

/** How each command that the pages tell to type is proven: run here («here»), or by the file that is named. */
const proofs: Readonly<Record<string, string>> = {
  'npm ci && npm run e2e': '.ci/run',
  'npm ci && npm test': '.ci/run',
  'npx overlay-e2e up': 'specs/topology',
  'npx overlay-e2e down': 'specs/topology',
  'npx overlay-e2e doctor': 'here',
  'npm run unit': '.ci/run',
  'npm run e2e -- specs/seed/keystore.spec.ts': '.ci/run',
  "npm test -- -t 'mysqlserver'": '.ci/run',
  'npm run check': '.github/workflows/push.yml',
};

const commands = [...`${readme}\n${contributing}`.matchAll(/```sh\n(.*?)```/gs)]
  .flatMap(([, block = '']) => block.split('\n'))
  .filter((line) => line.trim() !== '');

test('every command that the pages tell to type is proven somewhere', () => {
  expect(commands.length).toBeGreaterThan(5);
  const unproven = commands.filter((command) => {
    const proof = proofs[command];
    return proof === undefined || (proof !== 'here' && !existsSync(join(root, proof)));
  });
  expect(unproven).toEqual([]);
});

test('every npm script that the pages name is there, and every spec file', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const named = [...`${readme}\n${contributing}`.matchAll(/npm (?:run )?([a-z0-9]+)/g)];
  const names = new Set(named.map(([, name = '']) => name).filter((name) => name !== 'ci'));
  expect(names.size).toBeGreaterThan(3);
  expect([...names].filter((name) => scripts[name] === undefined)).toEqual([]);
  const paths = [...`${readme}\n${contributing}`.matchAll(/(?:specs|helpers|docs)\/[\w./-]*\w/g)];
  expect(paths.map(([path]) => path).filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test.each(Object.keys(proofs).filter((command) => proofs[command] === 'here'))(
  '«%s» does what it says',
  async (command) => {
    const { stdout, stderr } = await runCommand('sh', ['-c', command], { cwd: root });
    expect(`${stdout}${stderr}`).not.toBe('');
  },
);

test('the settings in the README are those that the code reads', () => {
  const sources = globSync('{helpers,specs}/**/*.{ts,sh}', { cwd: root })
    .filter((file) => !file.endsWith('readme.spec.ts'))
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n');
  const told = new Set(readme.match(/\b(?:E2E|OVERLAY_E2E)_[A-Z_]+\b/g));
  const read = new Set(
    [...sources.matchAll(/(?:env(?:\.|\['|\?\.\[')|\$\{?)((?:OVERLAY_)?E2E_[A-Z_]+)/g)].map(
      ([, name = '']) => name,
    ),
  );
  // Between a spec that breaks a cluster and the specs that it runs on it; not for people.
  read.delete('E2E_ATTACH');
  expect([...told].sort()).toEqual([...read].sort());
});
