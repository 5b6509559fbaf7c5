import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Argument, Option } from 'commander';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createProgram } from '../../../../../helpers/cli/overlay-e2e/program.ts';
import { shownCommands } from '../../../../../helpers/cli/overlay-e2e/describe.ts';
import { sources } from '../../../../../helpers/cli/overlay-e2e/completion/sources.ts';
import { sourceName, suggest } from '../../../../../helpers/cli/overlay-e2e/completion/suggest.ts';
import { stages } from '../../../../../helpers/topology/topology.ts';

// A state directory with two machines and one unrelated folder, and two Docker contexts.
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'completion-'));
  for (const name of ['web', 'db']) {
    await mkdir(join(folder, 'store/machines', name), { recursive: true });
    await writeFile(join(folder, 'store/machines', name, 'config.json'), '{}');
  }
  await mkdir(join(folder, 'store/machines/half-made'));
  for (const name of ['home', 'work']) {
    await mkdir(join(folder, 'docker/contexts/meta', name), { recursive: true });
    const meta = { Name: name, Endpoints: { docker: { Host: 'tcp://10.0.0.1:2376' } } };
    await writeFile(join(folder, 'docker/contexts/meta', name, 'meta.json'), JSON.stringify(meta));
  }
  vi.stubEnv('MACHINE_STORAGE_PATH', join(folder, 'store'));
  vi.stubEnv('DOCKER_CONFIG', join(folder, 'docker'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function completed(line: string) {
  const typed = line.split(' ').slice(1);
  const { words, files } = await suggest(createProgram(), typed);
  return { words: words.map(({ word }) => word), files };
}

const engines = ['20.10.5', '20.10.24', '26.1.5', 'forky', 'system'];

describe('Completion', () => {
  test.for([
    ['overlay-e2e dr', ['draw']],
    ['overlay-e2e draw paths s', ['set-up']],
    ['overlay-e2e draw --into ', [], 'folders'],
    ['overlay-e2e --verbose do', ['down', 'doctor']],
    ['overlay-e2e --v', ['--version', '--verbose']],
    ['overlay-e2e up s', ['seed', 'swarm-mode', 'swarm-services'], 'files'],
    ['overlay-e2e up ./my', [], 'files'],
    ['overlay-e2e up seed ', []],
    ['overlay-e2e up --until ', stages],
    ['overlay-e2e up --until ne', ['network']],
    ['overlay-e2e up --until=ne', ['--until=network']],
    // The words as bash splits them.
    ['overlay-e2e up --until = ne', ['network']],
    ['overlay-e2e up --until =', stages],
    ['overlay-e2e up --engine-bundle ', engines, 'folders'],
    ['overlay-e2e up --until network --k', ['--keep']],
    ['overlay-e2e up --until network s', ['seed', 'swarm-mode', 'swarm-services'], 'files'],
    ['overlay-e2e up --until network --u', []],
    ['overlay-e2e down --j', []],
    ['overlay-e2e check ', ['db', 'web'], 'files'],
    ['overlay-e2e check web d', ['db'], 'files'],
    ['overlay-e2e check --context ', ['default', 'home', 'work']],
    ['overlay-e2e check --context home --context w', ['work']],
    ['overlay-e2e check --context home --cont', ['--context']],
    ['overlay-e2e check --tls-dir ', [], 'folders'],
    ['overlay-e2e check --junit ', [], 'files'],
    ['overlay-e2e check --engine ', []],
    ['overlay-e2e check --limit 5', []],
    ['overlay-e2e check --no-pr', ['--no-probe', '--no-privileged']],
    ['overlay-e2e check -v --verb', []],
    ['overlay-e2e completion ', ['bash', 'zsh', 'fish']],
    ['overlay-e2e help do', ['down', 'doctor']],
    ['overlay-e2e help up ', []],
    ['overlay-e2e sideways ', []],
    ['overlay-e2e up $(touch', [], 'files'],
  ] as const)('"%s" is completed by %j', async ([line, words, files]) => {
    expect(await completed(line)).toEqual({ words, files });
  });

  test('each command and option has a description', async () => {
    const program = createProgram();
    for (const words of [[''], ['check', '--']]) {
      const { words: offered } = await suggest(program, words);
      expect(offered.length).toBeGreaterThan(5);
      for (const { word, about } of offered) expect(about, word).toMatch(/\w{3}/);
    }
  });
});

/** Arguments with arbitrary values, or values that only the user knows. */
const free = [
  'capture --engine',
  'capture --except',
  'capture --for',
  'capture --node',
  'capture --size',
  'check --engine',
  'check --except',
  'check --limit',
  'check --max-pairs',
  'check --metrics',
  'check --neighbors',
  'check --node',
  'check --probe-service',
  'check --watch',
  'discover --engine',
  'discover --except',
  'events --for',
  'events --since',
  'exec program',
  'fault --by',
  'fault --for',
  'fault --jitter',
  'fault --settle',
  'logs --tail',
  'perf --runs',
  'perf --seconds',
  'perf --udp',
  'soak --for',
  'soak --seed',
  'soak --settle',
  'test words',
  'trace --engine',
  'trace --except',
  'trace --limit',
  'trace --node',
  'up --hosts',
];

test('every argument with known values is completed, and unknown names are not', async () => {
  const program = createProgram();
  const takers = shownCommands(program).flatMap((command) =>
    [...command.options.filter((one) => one.required), ...command.registeredArguments].map(
      (of: Option | Argument) => ({ command, of, name: sourceName(command, of) }),
    ),
  );
  expect(takers.length).toBeGreaterThan(10);
  const unknown = takers.filter(({ of, name }) => {
    const isPlace = 'flags' in of && /<(?:file|folder)>$/.test(of.flags);
    return of.argChoices === undefined && !isPlace && sources[name] === undefined;
  });
  expect(unknown.map(({ name }) => name).toSorted()).toEqual(free);
  const names = takers.map(({ name }) => name);
  expect(Object.keys(sources).filter((name) => !names.includes(name))).toEqual([]);
});
