import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../../process/text/parse-json.ts';

/** A file that `init` writes. */
export interface ProjectFile {
  /** From the working directory. */
  readonly path: string;
  readonly content: string;
  /** The purpose, for people. */
  readonly does: string;
  /** The advice if the file exists. */
  readonly ifThere?: string;
}

/** The example of the documentation; in the npm package, a copy. */
const isPackage = import.meta.filename.endsWith('.js');
const example = join(import.meta.dirname, isPackage ? '.' : '../../../../specs/example');
const projectLine = 'projects: await overlayProjects(),';

/** Returns the files of a new project in the working directory. */
export async function projectFiles({
  workflow,
}: {
  readonly workflow: boolean;
}): Promise<ProjectFile[]> {
  // Node.js takes a .ts file of a package without "type": "module" for CommonJS.
  const ending = (await isModule()) ? 'ts' : 'mts';
  const read = async (name: string) =>
    (await readFile(join(example, `${name}.${isPackage ? 'txt' : 'ts'}`), 'utf8')).replace(
      './topology.ts',
      `./topology.${ending}`,
    );
  return [
    {
      path: `e2e/topology.${ending}`,
      content: await read('topology'),
      does: 'the hosts, networks and containers of the cluster',
    },
    {
      path: `e2e/overlay.spec.${ending}`,
      content: await read('overlay.spec'),
      does: 'tests of the cluster',
    },
    {
      path: `vitest.config.${ending}`,
      content: config,
      does: 'runs the tests of each folder with a topology on its cluster',
      ifThere: `Add to its "test": ${projectLine}`,
    },
    {
      path: 'reports/.gitignore',
      content: '*\n!.gitignore\n',
      does: 'keeps reports out of git',
    },
    ...(workflow
      ? [
          {
            path: '.github/workflows/overlay-e2e.yml',
            content: await readFile(join(import.meta.dirname, 'workflow.yml'), 'utf8'),
            does: 'runs the tests in GitHub Actions',
          },
        ]
      : []),
  ];
}

const config = `import { overlayProjects } from 'overlay-e2e/vitest';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // One project for each topology. Your other tests can be projects next to them.
    ${projectLine}
  },
});
`;

const manifest = z.looseObject({ type: z.string().optional() });

async function isModule(): Promise<boolean> {
  const text = await readFile('package.json', 'utf8').catch(() => '{}');
  const read = parseJson(text);
  return manifest.safeParse(read).data?.type === 'module';
}
