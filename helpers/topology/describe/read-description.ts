import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { firstLine } from '../../process/errors/harness-error.ts';
import { InputError } from '../../process/errors/input-error.ts';
import { describeSystemError } from '../../process/errors/system-error.ts';
import { type Position, readJsonSource } from './json-source.ts';
import { findModuleFailure } from './module-failure.ts';

/** The content of a file, and the names of its fields in messages. */
export interface Description {
  readonly content: unknown;
  /** Returns the file with the line and column of the field at a path, if they are known: "my-cluster.json:3:5". */
  readonly placeOf: (path: readonly PropertyKey[]) => string;
}

/** The supported file types. */
const descriptionTypes = '.json, .ts, .mts, .cts, .js, .mjs or .cjs';

/** Returns true if an argument names a description file. */
export function isDescription(word: string): boolean {
  return /\.(json|[cm]?[jt]s)$/.test(word);
}

/** File types in which other tools describe clusters. A machine's name may contain dots. */
const otherTypes = /\.(ya?ml|toml|jsonc|json5|txt|xml|ini|conf|cfg)$/i;

/** Rejects an argument that can only be a path, but not of a supported file type. */
export function refuseOtherFile(word: string): void {
  if (isDescription(word) || !(word.includes('/') || otherTypes.test(word))) return;
  throw new InputError({
    code: 'input-invalid',
    subject: word,
    observed: 'unsupported file type',
    hint: `name a file of the type ${descriptionTypes}`,
  });
}

/**
 * Reads a description: JSON, or the default export of a TypeScript or JavaScript module. Does not check it.
 *
 * @param what the expected content, for people: "a topology"
 */
export async function readDescription(file: string, what: string): Promise<Description> {
  const path = resolve(file);
  // Read first, because Node's message for a missing module is long.
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    const { path: _path, ...error } = cause as NodeJS.ErrnoException;
    const observed = describeSystemError(Object.assign(new Error(), error)) ?? firstLine(cause);
    const hint = `name a file that describes ${what}`;
    throw new InputError({ code: 'file-unreadable', subject: file, observed, hint, cause });
  });
  return path.endsWith('.json') ? readJson(file, text) : await readModule(file, path, what);
}

function readJson(file: string, text: string): Description {
  const source = readJsonSource(text);
  if ('reason' in source) {
    const observed = `invalid JSON: ${source.reason}`;
    throw new InputError({
      code: 'file-unreadable',
      subject: placeIn(file, source.position),
      observed,
    });
  }
  const { content, positionOf } = source;
  return { content, placeOf: (path) => placeIn(file, positionOf(path)) };
}

async function readModule(file: string, path: string, what: string): Promise<Description> {
  const module = await importModule(path).catch(async (cause: unknown) => {
    const position = await findModuleFailure(path, cause);
    throw new InputError({
      code: 'file-unreadable',
      subject: placeIn(file, position),
      observed: firstLine(cause),
      cause,
    });
  });
  if (module.default === undefined) {
    const hint = `write "export default" before ${what}`;
    throw new InputError({
      code: 'file-unreadable',
      subject: file,
      observed: 'no default export',
      hint,
    });
  }
  return { content: module.default, placeOf: () => file };
}

async function importModule(path: string): Promise<{ readonly default?: unknown }> {
  return (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
}

function placeIn(file: string, position: Position | undefined): string {
  return position === undefined ? file : `${file}:${position.line}:${position.column}`;
}
