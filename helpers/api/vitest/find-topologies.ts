import { globSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDescription } from '../../topology/describe/read-description.ts';

/** A topology for the specs of a project. */
export interface FoundTopology {
  /** The topology's name, and the project's. */
  readonly name: string;
  /** The absolute path of its file; the name of a built-in topology. */
  readonly source: string;
  /** The absolute path of its folder; undefined for a built-in topology. */
  readonly folder: string | undefined;
}

/**
 * Finds topologies: built-in ones by name, others by path or pattern.
 *
 * @param root the folder that paths and patterns begin at
 */
export async function findTopologies(
  wanted: readonly string[],
  root: string,
): Promise<FoundTopology[]> {
  const found = wanted.map(async (one) => {
    if (!isDescription(one) && !one.includes('*')) {
      return [{ name: one, source: one, folder: undefined }];
    }
    const files = globSync(one, { cwd: root, exclude: isForeign }).sort();
    return await Promise.all(files.map(async (file) => await describe(resolve(root, file))));
  });
  return (await Promise.all(found)).flat();
}

function isForeign(path: string): boolean {
  return basename(path) === 'node_modules' || basename(path) === '.git';
}

async function describe(source: string): Promise<FoundTopology> {
  const folder = dirname(source);
  return { name: (await readName(source)) ?? basename(folder), source, folder };
}

/** Ignores a file that cannot be read: its specs report the error, and other specs still run. */
async function readName(file: string): Promise<string | undefined> {
  const json = extname(file) === '.json' ? ({ with: { type: 'json' } } as const) : {};
  const module = (await import(pathToFileURL(file).href, json).catch(() => ({}))) as {
    readonly default?: { readonly name?: unknown };
  };
  const name = module.default?.name;
  return typeof name === 'string' ? name : undefined;
}
