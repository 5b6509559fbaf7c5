import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diagnosisCodes, pageOf } from '../../../helpers/check/model/codes.ts';

const root = join(import.meta.dirname, '../../..');

/** Reads the example of a page, and its own text about the fix. */
function readExample(code: (typeof diagnosisCodes)[number]) {
  const page = readFileSync(join(root, pageOf(code)), 'utf8');
  const [, shown = ''] = /```text\n(.*?)\n```/s.exec(page) ?? [];
  const [, command = ''] = /## Fix\n.*?```sh\n(.+?)\n```/s.exec(page) ?? [];
  const [headline = '', ...lines] = shown.split('\n');
  const [, hint = ''] = /\n {4}(?:fix {7}|next step )(.*?)(?:\n {4}\S|$)/s.exec(shown) ?? [];
  const [, host, rights = '', effect = ''] =
    /^(?:on (\S+?)(, as root)?: )?(.*)$/.exec(unwrap(hint)) ?? [];
  return {
    page: unwrap(page),
    headline,
    lines,
    command,
    told: tellFix(command, host, rights),
    effect,
  };
}

/** Returns the page's text before the effect. An instruction has no command. */
function tellFix(command: string, host: string | undefined, rights: string): string {
  if (host === undefined) return '';
  return command === '' ? `On ${host}: ` : `Run${rights.replace(',', '')} on ${host}. `;
}

function unwrap(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** Patterns of all texts of rules, with a wildcard for each value. */
function wordsOfRules(): RegExp[] {
  return globSync('helpers/{check/diagnose,perf}/**/*.ts', { cwd: root }).flatMap((file) => {
    const source = readFileSync(join(root, file), 'utf8');
    const code = source.replaceAll(/\/\*\*.*?\*\/|^ *\/\/[^\n]*$/gms, '');
    const literals = code.matchAll(/'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g);
    return [...literals].flatMap(([, plain = '', template = plain]) => {
      const parts = template.split(/\$\{[^}]*\}/).map(escapeForPattern);
      // A template of almost only values would match anything.
      return parts.join('').length < 12 ? [] : [new RegExp(`^${parts.join('.*')}$`)];
    });
  });
}

function escapeForPattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

const words = wordsOfRules();
const withExample = diagnosisCodes.filter((code) => readExample(code).headline !== '');

describe('The example on a page', () => {
  test('exists for every code but unexplained', () => {
    expect(diagnosisCodes.filter((code) => !withExample.includes(code))).toEqual(['unexplained']);
  });

  test.for(withExample)('%s: has its code, and ends in the fix command', (code) => {
    const { headline, lines, command, told, effect, page } = readExample(code);
    expect(headline).toMatch(new RegExp(`^ 1 {2}${code}( · .+)?$`));
    if (command !== '') expect(lines.at(-1)?.trim()).toBe(command);
    expect(page).toContain(`${told}${effect}`);
    const isSaid = words.some((one) => one.test(effect));
    expect(isSaid, `no rule has the effect "${effect}"`).toBe(true);
  });
});
