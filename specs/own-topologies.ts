import { globSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A folder of specs with a topology of its own. */
export interface OwnTopology {
  /** The topology's name, and the project's. */
  readonly name: string;
  /** `specs/example` */
  readonly folder: string;
  /** The absolute path of its topology.ts. */
  readonly file: string;
}

const root = join(import.meta.dirname, '..');

/** Every folder under `specs/` that has a `topology.ts`. */
export async function findOwnTopologies(): Promise<OwnTopology[]> {
  const files = globSync('specs/*/topology.ts', { cwd: root }).sort();
  return await Promise.all(
    files.map(async (path) => {
      const file = join(root, path);
      const folder = relative(root, dirname(file));
      return { name: (await readName(file)) ?? basename(folder), folder, file };
    }),
  );
}

/** One that cannot be read is told of when its specs are run, and keeps no others from running. */
async function readName(file: string): Promise<string | undefined> {
  const module = (await import(pathToFileURL(file).href).catch(() => ({}))) as {
    readonly default?: { readonly name?: unknown };
  };
  const name = module.default?.name;
  return typeof name === 'string' ? name : undefined;
}
