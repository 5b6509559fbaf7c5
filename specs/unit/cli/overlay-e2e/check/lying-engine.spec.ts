import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { isPrintable } from '../../../../../helpers/process/text/printable.ts';
import { runCommand } from '../../../../../helpers/process/run-command.ts';
import { everything, type Lie, payload, startLyingEngine } from './lying-engine.ts';

const script = join(import.meta.dirname, '../../../../../helpers/cli/overlay-e2e.sh');
const { PATH = '', HOME = '' } = process.env;

/** Returns the output of the real command for several engines with these false values and one honest engine. */
async function check(lie: Lie, words: readonly string[], env: Readonly<Record<string, string>>) {
  const honest = { address: '192.168.99.101', text: '', name: 'honest' };
  const engines = [await startLyingEngine(lie), `other=${await startLyingEngine(honest)}`];
  return await runCommand(
    script,
    ['check', '--no-probe', ...words, ...engines.flatMap((url) => ['--engine', url])],
    { env: { PATH, HOME, MACHINE_STORAGE_PATH: '/nonexistent', ...env }, expect: 'any' },
  );
}

/** Returns the lines that a terminal or a CI runner would execute, and commands with injected parts. */
function dangers(output: string): string[] {
  return output
    .split('\n')
    .filter(
      (line) =>
        !isPrintable(line) ||
        /^\s*::|##\[/.test(line) ||
        (line.includes('curl') && /^ {4}(?:docker|ip|iptables|nsenter|ping) /.test(line)),
    );
}

/** Returns the output with the texts of annotations, as the runner decodes them, instead of their commands. */
function withoutAnnotations(output: string): string {
  return output.replaceAll(/^::error title=([^:,\n]*)::(.*)$/gm, (_line, title, message) =>
    [String(title), String(message)].map(decode).join('\n'),
  );
}

function decode(text: string): string {
  const codes: Readonly<Record<string, string>> = { '0A': '\n', '3A': ':', '2C': ',', '25': '%' };
  return text.replaceAll(/%(0A|3A|2C|25)/g, (_all, code: string) => codes[code] ?? '');
}

/** Returns the output without styles. Only complete style sequences are removed. */
function withoutStyles(text: string): string {
  const [first = '', ...others] = text.split('\u001B[');
  return [
    first,
    ...others.map((part) => (/^\d+m/.test(part) ? part.replace(/^\d+m/, '') : `\u001B[${part}`)),
  ].join('');
}

const lies: Readonly<Record<string, Lie>> = {
  'in its address': { address: payload.shell, text: 'x', name: 'liar' },
  'in its names': { address: '192.168.99.102', text: 'x', name: everything },
  'in every text': { address: '192.168.99.102', text: everything, name: 'liar' },
  'in everything': { address: everything, text: everything, name: everything },
};

describe('An engine with false values', () => {
  test.for(Object.entries(lies))('%s injects nothing into the report', async ([, lie]) => {
    const { exitCode, stdout, stderr } = await check(lie, [], { GITHUB_ACTIONS: 'true' });
    expect(stderr).toContain('::error title=');
    expect(dangers(withoutAnnotations(`${stdout}\n${stderr}`))).toEqual([]);
    expect(stdout).not.toContain('healthy');
    expect([1, 2]).toContain(exitCode);
  });

  test('injects no escape sequence into colored output or JSON', async () => {
    const lie = { address: '192.168.99.102', text: everything, name: everything };
    const [colours, json] = await Promise.all([
      check(lie, ['--verbose'], { FORCE_COLOR: '1' }),
      check(lie, ['--json'], {}),
    ]);
    const styled = `${colours.stdout}\n${colours.stderr}`;
    // Styles come from overlay-e2e itself. No other control sequence may occur.
    expect(styled).toContain('\u001B[1m');
    expect(dangers(withoutStyles(styled))).toEqual([]);
    expect(dangers(json.stdout)).toEqual([]);
    expect(JSON.parse(json.stdout)).toMatchObject({ version: 3 });
  });

  test('with a false address is reported for an invalid value, which is used nowhere', async () => {
    const { stdout } = await check(
      { ...lies['in its address'], text: 'x', name: 'liar', address: payload.shell },
      [],
      {},
    );
    expect(stripVTControlCharacters(stdout).replaceAll(/\s+/g, ' ')).toContain(
      'reports an invalid value: Swarm.NodeAddr: not an IP address',
    );
    expect(stdout).not.toContain('curl');
  });
});
