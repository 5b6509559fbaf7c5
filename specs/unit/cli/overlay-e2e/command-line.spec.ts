import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../../../../helpers/process/run-command.ts';
import { topologies } from '../../../../helpers/topology/topologies.ts';
import { stages } from '../../../../helpers/topology/topology.ts';

const script = join(import.meta.dirname, '../../../../helpers/cli/overlay-e2e.sh');

describe('overlay-e2e', () => {
  test('--help lists every command, with examples', async () => {
    const { stdout, stderr } = await overlay(['--help']);
    for (const command of ['up', 'check', 'down', 'doctor', 'report'])
      expect(stdout).toContain(`  ${command}`);
    expect(stdout).toContain('Examples:');
    expect(stdout).toContain('MACHINE_STORAGE_PATH');
    expect(stderr).toBe('');
  });

  test('up --help lists every topology and every stage', async () => {
    const { stdout } = await overlay(['up', '--help']);
    const words = stdout.replaceAll(/\s+/g, ' ');
    expect(words).toContain(`${topologies.map(({ name }) => name).join(', ')}, or a file`);
    for (const stage of stages) expect(stdout).toContain(`"${stage}"`);
    expect(stdout).toContain('--json');
    expect(stdout).toContain('--verbose');
  });

  test('--version prints the version of the package', async () => {
    const { stdout } = await overlay(['--version']);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.for([
    [['sideways'], 'unknown command "sideways"\n'],
    [['chek'], 'unknown command "chek". Did you mean "check"?\n'],
    [['help', 'chek'], 'unknown command "chek". Did you mean "check"?\n'],
    [['up', '--untill', 'cluster'], 'unknown option "--untill". Did you mean "--until"?\n'],
    [['up', 'sed'], 'unknown topology "sed". Did you mean "seed"?\n'],
    [['up', './no-such.ts'], './no-such.ts: no such file or directory. Name a file'],
    [['up', '--engine-bundle', '9.9'], 'unknown engine version "9.9". Valid versions: '],
    [['check', ''], 'empty target'],
    [
      ['check', 'cluster.yml'],
      'cluster.yml: unsupported file type. Name a file of the type .json,',
    ],
    [['up', '--until', 'noon'], 'noon'],
    [['down', 'everything'], 'too many arguments'],
    [['check', '--limit', 'long'], 'a number of seconds above 0'],
    [['check', '--max-pairs', '1.5'], 'a whole number'],
    [['check', '--engine', '10.0.0.1:2376'], 'Did you mean tcp://10.0.0.1:2376?'],
    [['fault', 'partition', '--latencies', 'a.svg'], '--latencies needs --measure'],
    [['check', '--fix'], 'no terminal is connected'],
    [['check', '--svg', '/no/such/folder/a.svg'], 'write /no/such/folder/a.svg: no such file'],
  ] as const)(
    'wrong usage %j is reported on standard error, with exit code 2',
    async ([args, word]) => {
      const { stdout, stderr } = await overlay(args, 2);
      expect(stderr).toContain(word);
      expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^overlay-e2e: /);
      expect(stdout).toBe('');
    },
  );

  test('a missing command is wrong usage and prints the help', async () => {
    const { stderr } = await overlay([], 2);
    expect(stderr).toContain('Examples:');
  });

  test.for([
    ['own.ts', 'own.ts:2:17: '],
    ['own.mjs', 'own.mjs:2:17: '],
  ] as const)(
    'a syntax error in %s is reported with its line and column',
    async ([name, place]) => {
      const folder = await scratchFolder();
      await writeFile(join(folder, name), 'const a = 1;\nexport default {;\n');
      const { stderr } = await runCommand(script, ['up', name], { cwd: folder, expect: [2] });
      expect(stderr).toMatch(/^overlay-e2e: [^\n]+\n$/);
      expect(stderr).toContain(`overlay-e2e: ${place}`);
    },
  );

  test('a topology file may import through a link, from the place that the link leads to', async () => {
    const folder = await scratchFolder();
    const elsewhere = await scratchFolder();
    await writeFile(join(folder, 'own.ts'), "export { default } from './link.ts';\n");
    await symlink(join(elsewhere, 'real.ts'), join(folder, 'link.ts'));
    await writeFile(
      join(elsewhere, 'real.ts'),
      "import { name } from './beside.ts';\nexport default { name };\n",
    );
    await writeFile(join(elsewhere, 'beside.ts'), "export const name = 'linked';\n");
    const { stderr } = await runCommand(script, ['up', 'own.ts'], { cwd: folder, expect: [2] });
    expect(stderr).toContain('machines');
    expect(stderr).not.toContain('beside');
  });

  test('an unknown topology is refused in one line that lists the valid names', async () => {
    const { stdout, stderr } = await overlay(['up', 'cloud', '--json'], 2);
    const names = topologies.map(({ name }) => name).join(', ');
    expect(stderr).toBe(`overlay-e2e: unknown topology "cloud". Valid topologies: ${names}.\n`);
    expect(stdout).toBe('');
  });

  test('it runs from any folder and through a link, as with npx', async () => {
    const folder = await scratchFolder();
    await symlink(script, join(folder, 'overlay-e2e'));
    const { stdout } = await runCommand('./overlay-e2e', ['--version'], { cwd: folder });
    expect(stdout).toMatch(/^\d/);
  });

  test('after npm link, as completion suggests, it is on PATH', async () => {
    const prefix = await scratchFolder();
    const env = { ...process.env, npm_config_prefix: prefix, PATH: process.env['PATH'] ?? '' };
    // Runs: npm link
    await runCommand('npm', ['link'], { cwd: join(script, '../../..'), env });
    const { stdout } = await runCommand(join(prefix, 'bin/overlay-e2e'), ['completion', 'bash']);
    expect(stdout).toContain('complete -o default -F _overlay_e2e overlay-e2e');
  });

  test('with a Node that is too old, it prints one line', async () => {
    const folder = await scratchFolder();
    await runCommand('mkdir', ['-p', join(folder, 'helpers/cli'), join(folder, 'bin')]);
    await runCommand('cp', [script, join(folder, 'helpers/cli')]);
    await writeFile(join(folder, 'bin/node'), '#!/bin/sh\necho 20\n', { mode: 0o755 });
    const { stderr } = await runCommand(join(folder, 'helpers/cli/overlay-e2e.sh'), [], {
      env: { PATH: `${folder}/bin:/usr/bin:/bin` },
      expect: [1],
    });
    expect(stderr).toMatch(/^overlay-e2e: no Node 24 or newer found\. Run "npm ci" in .*\n$/);
  });
});

async function overlay(args: readonly string[], exitCode = 0) {
  return await runCommand(script, args, { expect: [exitCode] });
}

async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'overlay-e2e-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}
