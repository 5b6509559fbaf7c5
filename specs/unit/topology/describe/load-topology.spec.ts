import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { HarnessError } from '../../../../helpers/process/errors/harness-error.ts';
import { loadTopology } from '../../../../helpers/topology/describe/load-topology.ts';
import { seed } from '../../../../helpers/topology/seed.ts';

const own = { ...seed, name: 'own' };
const json = JSON.stringify(own);

async function write(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'overlay-e2e-topology-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

function lineOf(text: string, word: string): number {
  return text.split('\n').findIndex((line) => line.includes(word)) + 1;
}

describe('a topology', () => {
  test('is found by its name if it is built in', async () => {
    expect(await loadTopology('seed')).toBe(seed);
  });

  test.for([
    ['own.json', json],
    ['own.mjs', `export default ${json};`],
    ['own.ts', `const own: object = ${json}; export default own satisfies object;`],
  ] as const)('is read from %s', async ([name, text]) => {
    expect(await loadTopology(await write(name, text))).toEqual(own);
  });

  test.for([
    ['own.json', '{', /^\S+own\.json:1:2: invalid JSON: close brace expected$/],
    ['own.json', '{"a": [ }', /^\S+own\.json:1:9: invalid JSON: value expected$/],
    ['own.json', '{\n  "a": 1,\n}', /^\S+own\.json:3:1: invalid JSON: .*expected$/],
    ['own.json', '', /^\S+own\.json:1:1: invalid JSON: value expected$/],
    ['own.mjs', 'throw new Error("mine")', /^\S+own\.mjs:1:7: mine$/],
    ['own.mjs', 'export const own = 1', /^\S+own\.mjs: no default export\. Write/],
  ] as const)('cannot be %s: "%s" is an error of one line', async ([name, text, said]) => {
    await expect(loadTopology(await write(name, text))).rejects.toMatchObject({
      line: expect.stringMatching(said),
    });
  });

  test('has errors with the line and column of their field, even of a missing one', async () => {
    const lines = JSON.stringify({ ...own, machines: [{ name: 'a_host' }], cluster: {} }, null, 2);
    const file = await write('own.json', lines);
    const failure: unknown = await loadTopology(file).catch((error: unknown) => error);
    expect((failure as AggregateError).errors.map(({ line }: HarnessError) => line)).toEqual(
      expect.arrayContaining([
        expect.stringContaining(
          `${file}:${lineOf(lines, '"a_host"')}:7: machines[0].name: "a_host"`,
        ),
        expect.stringContaining(`${file}:${lineOf(lines, '"cluster"')}:3: cluster`),
      ]),
    );
  });

  test.for(['own.yml', './own', '/etc/passwd'])('cannot be a file such as %s', async (file) => {
    await expect(loadTopology(file)).rejects.toThrow(
      /: unsupported file type\. Name a file of the/,
    );
  });

  test('cannot be a missing file', async () => {
    await expect(loadTopology('./no-such.ts')).rejects.toMatchObject({
      line: expect.stringMatching(/^\.\/no-such\.ts: no such file or directory\. Name a file/),
    });
  });

  test('of the user cannot have the name of a built-in one or an unsuitable engine', async () => {
    const machines = [
      ...seed.machines.slice(0, 2),
      { name: 'worker-host', engineBundle: '26.1.5' },
    ];
    const file = await write('own.json', JSON.stringify({ ...seed, machines }));
    const failure = await loadTopology(file).catch((error: AggregateError) => error.errors);
    expect(failure).toMatchObject([
      {
        line: expect.stringMatching(
          /own\.json:1:\d+: name: seed is the name of a built-in topology\. Choose another name\.$/,
        ),
      },
      {
        line: expect.stringContaining(
          `: machines[2].engineBundle: engine 26.1.5 has no --cluster-store: `,
        ),
      },
    ]);
  });

  test('has a container with a tag or a docker save archive next to it; other images are an error', async () => {
    const container = { name: 'shop', machine: 'master-host', network: 'my-net' };
    const withImages = (...images: string[]) =>
      JSON.stringify({
        ...own,
        containers: images.map((image, at) => ({ ...container, name: `shop-${at}`, image })),
      });
    const file = await write(
      'own.json',
      withImages('nginx:1.27', './none.tar', 'Nginx', 'own.json.tar'),
    );
    await writeFile(`${file}.tar`, 'no archive');
    const folder = dirname(file);
    const failure = await loadTopology(file).catch((error: AggregateError) => error.errors);
    expect(failure).toMatchObject([
      {
        line: expect.stringContaining(
          `: containers[1].image: file ${folder}/none.tar not found. Give the path of a file that docker save wrote, or a tag to pull.`,
        ),
      },
      {
        line: expect.stringContaining(
          ': containers[2].image: neither a file nor a tag. Give the path of a file that docker save wrote, or a tag such as docam/tomcat:latest.',
        ),
      },
      {
        line: expect.stringContaining(': containers[3].image: not a file of "docker save": '),
      },
    ]);
  });

  test('of the user may have an unsuitable engine that no member uses', async () => {
    const engineBundle = '20.10.5';
    const machines = seed.machines.map(({ name }) =>
      name === 'mh-keystore' ? { name } : { name, engineBundle },
    );
    const described = { ...own, engineBundle: '26.1.5', machines };
    const file = await write('own.json', JSON.stringify(described));
    expect(await loadTopology(file)).toEqual(described);
  });
});

test('the topology of the page has the tutorial with one own kernel', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../../docs/topologies.md'), 'utf8');
  const [, text = ''] = /```json\n(.*?)```/s.exec(page) ?? [];
  const machines = seed.machines.map((machine) =>
    machine.name === 'worker-host' ? { ...machine, kernel: 'own' } : machine,
  );
  const loaded = await loadTopology(await write('two-kernels.json', text));
  expect(loaded).toEqual({ ...seed, name: 'two-kernels', machines });
});
