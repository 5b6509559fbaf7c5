import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { isPrintable } from '../../../../../helpers/process/text/printable.ts';
import { runCommand } from '../../../../../helpers/process/run-command.ts';
import { everything, type Lie, payload, startLyingEngine } from './lying-engine.ts';

const script = join(import.meta.dirname, '../../../../../helpers/cli/overlay-e2e.sh');
const { PATH = '', HOME = '' } = process.env;

/** What the real command says of engines that lie so; one more tells the truth. */
async function check(lie: Lie, words: readonly string[], env: Readonly<Record<string, string>>) {
  const honest = { address: '192.168.99.101', text: '', name: 'honest' };
  const engines = [await startLyingEngine(lie), `other=${await startLyingEngine(honest)}`];
  return await runCommand(
    script,
    ['check', '--no-probe', ...words, ...engines.flatMap((url) => ['--engine', url])],
    { env: { PATH, HOME, MACHINE_STORAGE_PATH: '/nonexistent', ...env }, expect: 'any' },
  );
}

/** Lines that a terminal or a workflow's runner would obey; and commands that do more than they say. */
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

/** What is left when all styles are taken away, and nothing else that begins as they do. */
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

describe('An engine that lies', () => {
  test.for(Object.entries(lies))('%s gets nothing past the report', async ([, lie]) => {
    const { exitCode, stdout, stderr } = await check(lie, [], { GITHUB_ACTIONS: 'true' });
    expect(dangers(`${stdout}\n${stderr}`)).toEqual([]);
    expect(stdout).not.toContain('healthy');
    expect([1, 2]).toContain(exitCode);
  });

  test('gets no escape into colours, nor into JSON', async () => {
    const lie = { address: '192.168.99.102', text: everything, name: everything };
    const [colours, json] = await Promise.all([
      check(lie, ['--verbose'], { FORCE_COLOR: '1' }),
      check(lie, ['--json'], {}),
    ]);
    const styled = `${colours.stdout}\n${colours.stderr}`;
    // Styles are the product's own; other orders to a terminal are nobody's.
    expect(styled).toContain('\u001B[1m');
    expect(dangers(withoutStyles(styled))).toEqual([]);
    expect(dangers(json.stdout)).toEqual([]);
    expect(JSON.parse(json.stdout)).toMatchObject({ version: 2 });
  });

  test('about its address is said to report an invalid value, and nothing of it is used', async () => {
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
