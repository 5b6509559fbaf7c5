import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadTopology } from '../../../helpers/topology/load-topology.ts';
import { seed } from '../../../helpers/topology/seed.ts';

const own = { ...seed, name: 'own' };
const json = JSON.stringify(own);

async function write(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'overlay-e2e-topology-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

describe('A topology', () => {
  test('is found by the name of one that there is', async () => {
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
    ['own.json', '{', /^read \S+own\.json: .*JSON.*; it has to be JSON, or a module/],
    ['own.mjs', 'throw new Error("mine")', /^read \S+own\.mjs: mine; it has to be/],
    ['own.mjs', 'export const own = 1', /^read \S+own\.mjs: it exports no default; write/],
  ] as const)('cannot be %s with «%s», which is said in one line', async ([name, text, said]) => {
    await expect(loadTopology(await write(name, text))).rejects.toMatchObject({
      line: expect.stringMatching(said),
    });
  });

  test('cannot be a file that is not there', async () => {
    await expect(loadTopology('./no-such.ts')).rejects.toMatchObject({
      line: expect.stringMatching(/^read \.\/no-such\.ts: ENOENT.*; name a file/),
    });
  });

  test('of one’s own has no name of one that there is, and no engine that cannot be in its cluster', async () => {
    const machines = [
      ...seed.machines.slice(0, 2),
      { name: 'worker-host', engineBundle: '26.1.5' },
    ];
    const file = await write('own.json', JSON.stringify({ ...seed, machines }));
    const failure = await loadTopology(file).catch((error: AggregateError) => error.errors);
    expect(failure).toMatchObject([
      { line: `${file}: name: seed is a topology that there is already; give it another` },
      {
        line: expect.stringContaining(
          `${file}: machines[2].engineBundle: engine 26.1.5 has no --cluster-store: `,
        ),
      },
    ]);
  });

  test('has a container whose image is a file of docker save beside it, or a tag; anything else is told in a line', async () => {
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
        line: `${file}: containers[1].image: there is no file ${folder}/none.tar; give the path of a file that docker save wrote, or a tag to pull`,
      },
      {
        line: `${file}: containers[2].image: it is neither a file nor a tag; give the path of a file that docker save wrote, or a tag such as docam/tomcat:latest`,
      },
      {
        line: expect.stringContaining(
          `${file}: containers[3].image: it is no file of docker save: `,
        ),
      },
    ]);
  });

  test('of one’s own may have such an engine where it is in no cluster, or every member has its own', async () => {
    const engineBundle = '20.10.5';
    const machines = seed.machines.map(({ name }) =>
      name === 'mh-keystore' ? { name } : { name, engineBundle },
    );
    const described = { ...own, engineBundle: '26.1.5', machines };
    const file = await write('own.json', JSON.stringify(described));
    expect(await loadTopology(file)).toEqual(described);
  });
});
