import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { firstLine, HarnessError } from '../process/harness-error.ts';

/** Whether a word of a command line names a file that describes something, rather than the thing itself. */
export function isDescription(word: string): boolean {
  return /\.(json|[cm]?[jt]s)$/.test(word);
}

/**
 * What a file holds: JSON, or the default export of a module in TypeScript or JavaScript. Not checked yet.
 *
 * @param what it is to describe, for people: «a topology»
 */
export async function readDescription(file: string, what: string): Promise<unknown> {
  const path = resolve(file);
  // Read in any case: what an import says of a file that is not there is long.
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw unreadable(file, cause, `name a file, or ${what} that there is`);
  });
  const described = await parse(path, text).catch((cause: unknown) => {
    throw unreadable(file, cause, 'it has to be JSON, or a module that runs as it stands');
  });
  if (described !== undefined) return described;
  throw new HarnessError({
    tried: `read ${file}`,
    observed: 'it exports no default',
    remedy: `write «export default» before ${what}`,
  });
}

async function parse(path: string, text: string): Promise<unknown> {
  if (path.endsWith('.json')) return JSON.parse(text) as unknown;
  const module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
  return module.default;
}

function unreadable(file: string, cause: unknown, remedy: string): HarnessError {
  return new HarnessError({ tried: `read ${file}`, observed: firstLine(cause), remedy, cause });
}
