import { globSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A folder of specs with a user-defined topology. */
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

/** Ignores a file that cannot be read: its specs report the error, and other specs still run. */
async function readName(file: string): Promise<string | undefined> {
  const module = (await import(pathToFileURL(file).href).catch(() => ({}))) as {
    readonly default?: { readonly name?: unknown };
  };
  const name = module.default?.name;
  return typeof name === 'string' ? name : undefined;
}
