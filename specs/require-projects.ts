import { parseArgs } from 'node:util';
import { findSimilar } from '../helpers/process/text/suggest-name.ts';

/**
 * Vitest's `--project` with a name that no project has, as a message; undefined when all are known. Vitest itself answers a
 * typo with a stack trace, and lists no names.
 *
 * @param argv the arguments of the command line
 */
export function describeUnknownProject(
  argv: readonly string[],
  names: readonly string[],
): string | undefined {
  const { project = [] } = parseArgs({
    args: [...argv],
    options: { project: { type: 'string', multiple: true } },
    strict: false,
  }).values;
  // Patterns, and names to leave out, are Vitest's.
  const unknown = [project]
    .flat()
    .find((one) => typeof one === 'string' && !/[*!]/.test(one) && !names.includes(one));
  if (typeof unknown !== 'string') return undefined;
  const similar = findSimilar(unknown, names).map((name) => `"${name}"`);
  const hint = similar.length === 0 ? '' : `. Did you mean ${similar.join(' or ')}?`;
  return `no project "${unknown}"${hint}\nprojects: ${names.join(', ')}`;
}
