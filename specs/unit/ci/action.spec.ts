import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { diagnoseObservation } from '../../../helpers/check/audit.ts';
import { bundleOf } from '../../../helpers/check/support-bundle.ts';
import { observations } from '../check/bundle/fixtures.ts';

const root = join(import.meta.dirname, '../../..');
const text = readFileSync(join(root, 'action.yml'), 'utf8');
const action = z
  .object({
    inputs: z.record(z.string(), z.object({ default: z.string() })),
    runs: z.object({
      steps: z.array(
        z.object({
          name: z.string(),
          if: z.string(),
          shell: z.literal('bash'),
          'working-directory': z.string().optional(),
          env: z.record(z.string(), z.string()).default({}),
          run: z.string(),
        }),
      ),
    }),
  })
  .parse(parse(text));

type Step = (typeof action.runs.steps)[number];

/** Runs the steps of the action as a runner does, with these inputs, until one fails. Only the runner itself is missing. */
function runAction(
  folder: string,
  inputs: Readonly<Record<string, string>>,
  steps: readonly Step[] = action.runs.steps.filter(({ name }) => name !== 'Install overlay-e2e'),
  actionPath = root,
) {
  const value = (name: string) => inputs[name] ?? action.inputs[name]?.default;
  const evaluate = (expression: string) =>
    expression.replaceAll(
      /\$\{\{ (?:inputs\.([\w-]+)|(github\.action_path)) \}\}/g,
      (_all, name) => (name === undefined ? actionPath : (value(String(name)) ?? '')),
    );
  const isMet = ({ if: condition }: Step) =>
    condition
      .replaceAll(/^\$\{\{ | \}\}$/g, '')
      .split(' && ')
      .every((one) => {
        const [, operator, word] = /^inputs\.command (==|!=) '(\w+)'$/.exec(one) ?? [];
        if (word === undefined) throw new Error(`cannot evaluate ${one}`);
        return (value('command') === word) === (operator === '==');
      });
  const [output, summary] = ['output', 'summary.md'].map((name) => join(folder, name)) as [
    string,
    string,
  ];
  writeFileSync(output, '');
  const ran = steps.filter(isMet);
  const results = ran.map((step) => {
    const script = join(folder, 'step.sh');
    writeFileSync(script, step.run);
    // As documented for `shell: bash`.
    return spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], {
      cwd: resolve(folder, evaluate(step['working-directory'] ?? '.')),
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        npm_config_update_notifier: 'false',
        GITHUB_ACTIONS: 'true',
        GITHUB_OUTPUT: output,
        GITHUB_STEP_SUMMARY: summary,
        ...Object.fromEntries(Object.entries(step.env).map(([name, one]) => [name, evaluate(one)])),
      },
    });
  });
  const [last] = results.slice(-1);
  return {
    names: ran.map(({ name }) => name),
    status: last?.status,
    stdout: last?.stdout ?? '',
    stderr: last?.stderr ?? '',
    output: readFileSync(output, 'utf8'),
    summary: () => readFileSync(summary, 'utf8'),
  };
}

function workspace(): string {
  const folder = mkdtempSync(join(tmpdir(), 'action-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const observation = observations['two hosts with a missing forwarding entry'];
if (observation === undefined) throw new Error('no such observation');
const bundle = await bundleOf({
  startedAt: '2026-11-27T18:30:00.000Z',
  milliseconds: 1,
  ...diagnoseObservation(observation),
});

function lint(file: string) {
  const words = [join(root, '.ci/check-workflows.ts'), file];
  return spawnSync('node', words, { cwd: root, encoding: 'utf8' });
}

describe('The action', () => {
  test('has no input in the text of a script, where it would be a part of the script', () => {
    for (const { run, name } of action.runs.steps) expect(run, name).not.toContain('${{');
  });

  test('is valid for the editor of GitHub, which refuses a wrong one', () => {
    expect(lint('action.yml')).toMatchObject({ status: 0, stderr: '' });
    const folder = workspace();
    const wrong = join(folder, 'action.yml');
    writeFileSync(wrong, text.replace('using: composite', 'using: compose'));
    expect(lint(wrong).status).toBe(1);
  });

  test('uses each of its inputs, and no other', () => {
    const used = [...text.matchAll(/\binputs\.([\w-]+)/g)].map(([, name]) => name);
    expect(new Set(used)).toEqual(new Set(Object.keys(action.inputs)));
  });

  test('checks a support bundle, and passes on the exit code, a new bundle and a summary', () => {
    const folder = workspace();
    mkdirSync(join(folder, 'my cluster'));
    writeFileSync(join(folder, 'my cluster/broken.json.gz'), bundle);
    const result = runAction(folder, {
      'working-directory': 'my cluster',
      from: 'broken.json.gz',
      bundle: 'new one.json.gz',
      options: '--sarif\n  \ncheck $(touch evil).sarif\n',
    });
    expect(result, result.stderr).toMatchObject({
      names: ['Check the cluster'],
      status: 1,
      output: 'exit-code=1\n',
    });
    expect(result.stdout).toContain('engine-not-clustered');
    expect(result.stderr).toContain('::error title=engine-not-clustered%3A ');
    expect(result.summary()).toContain('### overlay-e2e check');
    for (const name of ['new one.json.gz', 'check $(touch evil).sarif']) {
      expect(readFileSync(join(folder, 'my cluster', name)).length, name).toBeGreaterThan(100);
    }
  });

  test('gives each line of engines to the check, and none as another option', () => {
    const result = runAction(workspace(), {
      engines: 'tcp://192.0.2.1:2376\n\n--fix --yes\n',
      'tls-dir': 'no such folder',
    });
    expect(result.status).toBe(2);
    expect(result.output).toBe('exit-code=2\n');
    expect(result.stderr).toContain('engine --fix --yes: not the address of an engine');
    expect(result.stderr).not.toContain('--fix needs');
  });

  test('runs the tests with the overlay-e2e of the repository', () => {
    const folder = workspace();
    const bin = join(folder, 'node_modules/.bin');
    mkdirSync(bin, { recursive: true });
    symlinkSync(join(root, 'helpers/cli/overlay-e2e.sh'), join(bin, 'overlay-e2e'));
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    const result = runAction(folder, { command: 'test', options: '--help' });
    expect(result, result.stderr).toMatchObject({
      names: ['Run the tests'],
      status: 0,
      output: 'exit-code=0\n',
    });
    expect(result.stdout).toContain('overlay-e2e test');
  });

  test('refuses another command', () => {
    const result = runAction(workspace(), { command: 'check; reboot' });
    expect(result).toMatchObject({ names: ['Refuse an unknown command'], status: 2 });
    expect(result.stdout).toMatch(/^::error title=overlay-e2e::/);
  });

  test('installs the packages of the lock file, without the tools of development', () => {
    const folder = workspace();
    for (const name of ['package.json', 'package-lock.json']) {
      cpSync(join(root, name), join(folder, name));
    }
    const [install] = action.runs.steps.filter(({ name }) => name === 'Install overlay-e2e');
    if (install === undefined) throw new Error('no such step');
    // Everything of `npm ci`, except the downloads.
    const dry = { ...install, env: { ...install.env, npm_config_dry_run: 'true' } };
    const result = runAction(folder, {}, [dry], folder);
    expect(result, result.stderr).toMatchObject({ status: 0 });
    expect(result.stdout).toMatch(/added \d+ packages/);
  });
});
