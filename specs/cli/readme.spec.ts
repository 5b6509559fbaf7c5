import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandResult, runCommand } from '../../helpers/process/run-command.ts';
import { stopAtFailure } from '../stop-at-failure.ts';

const root = join(import.meta.dirname, '../..');
const readme = read('README.md');
const pages = `${readme}\n${read('CONTRIBUTING.md')}`;

const green =
  /\n✔ (\d+) of \1 tests passed\nreport: .*\/allure-report\/index\.html\n\n[1-9]\d* passed, 0 failed\n$/;

/** Commands that are run here as they stand and in this order, each with what the pages promise of it. */
const runHere: Readonly<Record<string, RegExp>> = {
  'npm run unit -- specs/unit/docker/containers/parse-ping.spec.ts': green,
  'npm run e2e -- specs/seed/keystore.spec.ts': green,
  'npx overlay-e2e up':
    /^seed is up after [^]*\nnext: npx overlay-e2e check .*\n +npx overlay-e2e down .*\n.* the database on the other host\n$/,
  'npx overlay-e2e check': /^✔ topology seed: healthy\n/,
  'npx overlay-e2e draw': /\bset-up\.svg\n[^]*index\.html\n/,
  'npx overlay-e2e down': /^Taken down: .*worker-host/,
  'npx overlay-e2e doctor': /\nNothing is missing\.\n$/,
};

const wholeRun = 'npm ci && npm run check && npm test';

/** Commands that cannot be run within a spec, or are elsewhere: by which file, and what to look for in it. */
const runElsewhere: Readonly<Record<string, readonly [file: string, words: string]>> = {
  // All specs: a run within itself. The other has the same script, run here for one file.
  'npm ci && npm test': ['.ci/run', wholeRun],
  'npm test': ['.ci/run', wholeRun],
  'npm ci': ['.ci/run', wholeRun],
  'npm ci && npm run e2e': ['.ci/run', wholeRun],
  'npm run check': ['.ci/run', wholeRun],
  'npm run unit': ['package.json', '"unit": "exec sh specs/run.sh --project unit"'],
  'npm run e2e': ['package.json', '"e2e": "exec sh specs/run.sh --project seed"'],
  'npm run e2e:etcd': ['package.json', '"e2e:etcd": "exec sh specs/run.sh --project etcd"'],
  'npm run e2e:zookeeper': [
    'package.json',
    '"e2e:zookeeper": "exec sh specs/run.sh --project zookeeper"',
  ],
  'npm run e2e:classic-swarm': [
    'package.json',
    '"e2e:classic-swarm": "exec sh specs/run.sh --project classic-swarm"',
  ],
  'npm run e2e:swarm-mode': [
    'package.json',
    '"e2e:swarm-mode": "exec sh specs/run.sh --project swarm-mode"',
  ],
  'npx overlay-e2e up swarm-mode': ['specs/topology/kinds.spec.ts', "'up', 'swarm-mode'"],
  'npx overlay-e2e up swarm-mode --engine-bundle 20.10.24': [
    'specs/topology/kinds.spec.ts',
    "['--engine-bundle', '20.10.24']",
  ],
  // Minutes, and all of it specs that run anyway; what of it is its own is proven there.
  'npm run matrix': ['specs/matrix/matrix.spec.ts', "'run', 'matrix'"],
  'npm run matrix -- etcd 20.10.24': ['specs/matrix/matrix.spec.ts', "'run', 'matrix'"],
  'npx overlay-e2e check --engine tcp://10.0.0.1:2376 --engine tcp://10.0.0.2:2376 --tls-dir ~/.docker':
    ['specs/check/targets.spec.ts', "shown('--tls-dir')"],
  'cp -r specs/example specs/mine': ['specs/own-specs/mine.ts', "'specs/example'), "],
  'npm test -- --project mine': ['specs/own-specs/own-specs.spec.ts', "'--project', 'mine'"],
  'npm run bench': ['specs/cli/bench.spec.ts', "'--silent', 'bench'"],
  // Most of an hour; its defects are those that specs bring about, of the same list.
  'npm run confusion': ['package.json', '"confusion": "node specs/diagnosis/confusion.ts"'],
  'npm run reference': [
    'specs/unit/reference/reference.spec.ts',
    'behind: run «npm run reference»',
  ],
  'npm link': ['specs/unit/cli/overlay-e2e/command-line.spec.ts', "runCommand('npm', ['link']"],
  'npx overlay-e2e report': ['specs/report/small-run.ts', "'report'"],
};

const blocks = [...pages.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block.trim());
const inText = [...pages.matchAll(/`(np[mx] [^`]+)`/g)].map(([, command = '']) => command);
const commands = [...blocks.flatMap((block) => block.split('\n')), ...inText];

// Next to this run: a store and reports of its own.
let folder: string;
const outputs = new Map<string, string>();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'overlay-e2e-readme-'));
});
afterAll(async () => {
  // There is nothing any more, unless a command failed.
  await runAsTyped('npx overlay-e2e down');
  rmSync(folder, { recursive: true, force: true });
});

test('every command that the pages tell to type is run by a spec or by continuous integration', () => {
  const unknown = commands.filter((one) => !(one in runHere) && !(one in runElsewhere));
  expect(unknown).toEqual([]);
  // What is proven and no page tells any more is proven for nobody.
  const untold = Object.keys({ ...runHere, ...runElsewhere }).filter(
    (one) => !commands.includes(one),
  );
  expect(untold).toEqual([]);
  const unproven = Object.values(runElsewhere).filter(
    ([file, words]) => !existsSync(join(root, file)) || !read(file).includes(words),
  );
  expect(unproven).toEqual([]);
});

describe('Who types the commands of the pages in their order', { shuffle: false }, () => {
  stopAtFailure();

  test.for(Object.entries(runHere))('«%s» does what the pages say', async ([command, promise]) => {
    const { stdout, stderr } = await runAsTyped(command);
    outputs.set(command, `${stderr}\n${stdout}`);
    expect(stdout).toMatch(promise);
  });

  test('the stages that the README shows are those of a run, in their order', () => {
    const shown = [...readme.matchAll(/^ *✔ (.*)  \d+\.\d s$/gm)].map(([, stage = '']) => stage);
    expect(shown.length).toBeGreaterThan(5);
    const lines = ['npx overlay-e2e up', 'npx overlay-e2e down'].flatMap((command) =>
      (outputs.get(command) ?? '').split('\n'),
    );
    const stages = lines.flatMap((line) => /^\[.*?\] +(.*)  \d+\.\d s$/.exec(line)?.[1] ?? []);
    expect(stages.filter((stage) => shown.includes(stage))).toEqual([
      ...shown.slice(0, -1),
      // Each command tells what it chose.
      shown[0],
      shown.at(-1),
    ]);
  });
});

test('every npm script that the pages name is there, and every file', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = pages.matchAll(/npm (?:run ([a-z0-9:-]+)|test\b)/g);
  const names = new Set([...named].map(([, script = 'test']) => script));
  expect(names.size).toBeGreaterThan(3);
  expect([...names].filter((name) => scripts[name] === undefined)).toEqual([]);
  const paths = [...pages.matchAll(/(?:specs|helpers|docs)\/[\w./-]*\w/g)].map(([path]) => path);
  // The reader's own, a copy of specs/example.
  expect(paths.filter((path) => path !== 'specs/mine' && !existsSync(join(root, path)))).toEqual(
    [],
  );
});

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

async function runAsTyped(command: string): Promise<CommandResult> {
  const env = {
    ...environment(),
    CI: '1',
    NO_COLOR: '1',
    MACHINE_STORAGE_PATH: join(folder, 'store'),
    OVERLAY_E2E_REPORTS: join(folder, 'reports'),
  };
  return await runCommand('sh', ['-c', command], { cwd: root, env });
}

function environment(): Record<string, string> {
  const set = Object.entries(process.env).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as Record<string, string>;
}
