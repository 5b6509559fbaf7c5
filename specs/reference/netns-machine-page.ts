import { commandsOf } from '../../helpers/cli/netns-machine/commands.ts';
import { GLOBAL_FLAGS } from '../../helpers/cli/netns-machine/global-flags.ts';
import { createFlags } from '../../helpers/cli/netns-machine/create/create-flags.ts';
import type { Flag } from '../../helpers/cli/netns-machine/flags.ts';
import { code, markWords, page, table } from './markdown.ts';

const program = 'netns-machine';

/** Returns the reference page of `netns-machine`, from its `--help`. */
export function netnsMachinePage(): string {
  const commands = commandsOf(program);
  return page(program, [
    '`netns-machine` creates machines in network namespaces, with docker-machine’s command line. [The guide](../netns-machine.md) shows its use and its differences from docker-machine.',
    'Options before the command:',
    flagTable(GLOBAL_FLAGS),
    table(
      ['command', 'meaning'],
      commands.map((one) => [`[${code(one.name)}](#${program}-${one.name})`, one.summary]),
    ),
    ...commands.flatMap(({ name, summary, description, flags }) => [
      `## ${program} ${name}`,
      `${summary}.${description === undefined ? '' : ` ${markWords(description)}`}`,
      ...(name === 'create' ? createTables() : flags.length === 0 ? [] : [flagTable(flags)]),
    ]),
  ]);
}

/** Returns one table for the options of all drivers and one for those of each. */
function createTables(): string[] {
  const drivers = ['netns', 'uml', 'none'];
  const [first = [], ...others] = drivers.map((driver) => createFlags(driver) ?? []);
  const common = first.filter((one) => others.every((flags) => has(flags, one)));
  return [
    'With every driver:',
    flagTable(common),
    ...drivers.flatMap((driver) => [
      `With the driver \`${driver}\`:`,
      flagTable((createFlags(driver) ?? []).filter((one) => !has(common, one))),
    ]),
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
