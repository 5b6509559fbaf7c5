import { commandsOf, GLOBAL_FLAGS } from '../netns-machine/commands.ts';
import { createFlags } from '../netns-machine/create-flags.ts';
import type { Flag } from '../netns-machine/flags.ts';
import { code, markWords, page, table } from './markdown.ts';

const program = 'netns-machine';

/** The reference of `netns-machine`, as its `--help` tells it. */
export function netnsMachinePage(): string {
  const commands = commandsOf(program);
  return page(program, [
    'docker-machine’s command line over machines in network namespaces. What it is for, and where it differs: [netns-machine](../netns-machine.md).',
    'Options before the command:',
    flagTable(GLOBAL_FLAGS),
    table(
      ['command', 'what it does'],
      commands.map((one) => [`[${code(one.name)}](#${program}-${one.name})`, one.summary]),
    ),
    ...commands.flatMap(({ name, summary, description, flags }) => [
      `## ${program} ${name}`,
      `${summary}.${description === undefined ? '' : ` ${markWords(description)}`}`,
      ...(name === 'create' ? createTables() : flags.length === 0 ? [] : [flagTable(flags)]),
    ]),
  ]);
}

/** The two drivers share most options. */
function createTables(): string[] {
  const [netns = [], none = []] = ['netns', 'none'].map((driver) => createFlags(driver) ?? []);
  return [
    'With every driver:',
    flagTable(netns.filter((one) => has(none, one))),
    'With the driver `netns`:',
    flagTable(netns.filter((one) => !has(none, one))),
    'With the driver `none`:',
    flagTable(none.filter((one) => !has(netns, one))),
  ];
}

function has(flags: readonly Flag[], { names: [wanted] }: Flag): boolean {
  return flags.some(({ names: [name] }) => name === wanted);
}

function flagTable(flags: readonly Flag[]): string {
  return table(
    ['option', 'variable', 'default', 'meaning'],
    flags.map(({ names, kind, usage, value, env }) => [
      names.map((name) => code(name.length > 1 ? `--${name}` : `-${name}`)).join(', '),
      env === undefined ? '' : code(env),
      value === undefined ? '' : code(String(value)),
      `${markWords(usage)}${kind === 'list' ? '; may be repeated' : ''}`,
    ]),
  );
}
