import type { CommandDescription } from './context.ts';
import type { Flag } from './flags.ts';
import { GLOBAL_FLAGS } from './global-flags.ts';
import { programVersion } from './program-version.ts';

/** Returns the help of the program. */
export function programUsage(
  program: string,
  all: readonly CommandDescription[],
  storage: string,
): string {
  const commands = all.map(({ name, summary }) => [`  ${name}`, summary] as const);
  const flags = GLOBAL_FLAGS.map((flag) =>
    flag.names[0] === 'storage-path' ? { ...flag, value: storage } : flag,
  );
  return `Usage: ${program} [OPTIONS] COMMAND [arg...]

Create machines with a Docker Engine in network namespaces of this computer, with docker-machine's command line.

Version: ${programVersion(program)}

Options:
${inColumns(flags.map((flag) => [`  ${nameOf(flag)}`, explain(flag)]))}

Commands:
${inColumns(commands)}

Run '${program} COMMAND --help' for more information on a command.
`;
}

/** Returns the help of a command. */
export function commandUsage(
  program: string,
  command: CommandDescription,
  flags: readonly Flag[] = command.flags,
): string {
  const parts = [
    `Usage: ${program} ${command.name} ${flags.length > 0 ? '[OPTIONS] ' : ''}[arg...]`,
    command.summary,
  ];
  if (command.description !== undefined) parts.push(`Description:\n   ${command.description}`);
  if (flags.length > 0) {
    const lines = flags.map((flag) => [`   ${nameOf(flag)}`, explain(flag)] as const);
    parts.push(`Options:\n${inColumns(lines)}`);
  }
  return `${parts.join('\n\n')}\n`;
}

function nameOf(flag: Flag): string {
  const names = flag.names.map((name) => (name.length > 1 ? `--${name}` : `-${name}`));
  const text = names.join(', ');
  if (flag.kind === 'list') return `${text} [${names[0]} option ${names[0]} option]`;
  if (flag.kind === 'boolean') return text;
  return flag.value === undefined ? `${text} ` : `${text} "${flag.value}"`;
}

function explain(flag: Flag): string {
  return flag.env === undefined ? flag.usage : `${flag.usage} [$${flag.env}]`;
}

function inColumns(lines: readonly (readonly [left: string, right: string])[]): string {
  const width = Math.max(...lines.map(([left]) => left.length)) + 2;
  return lines.map(([left, right]) => `${left.padEnd(width)}${right}`).join('\n');
}
