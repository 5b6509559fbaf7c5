import { isPrintable } from '../../process/text/printable.ts';
import { commandLine } from '../../process/run-command.ts';

/** The programs that a fix or a next step may start. None of them is a shell: an argument is never a command line. */
export const programs = [
  'bridge',
  'curl',
  'date',
  'docker',
  'ethtool',
  'hostnamectl',
  'ip',
  'ip6tables',
  'iptables',
  'iptables-legacy',
  'iptables-save',
  'ipvsadm',
  'modprobe',
  'nft',
  'nsenter',
  'overlay-e2e',
  'ping',
  'rm',
  'sysctl',
  'systemctl',
] as const;

export type Program = (typeof programs)[number];

/** A program with its arguments, as the kernel gets them: nothing is quoted yet. */
export type Command = readonly [Program, ...string[]];

/** The only place that makes a line to type out of commands: all words quoted, each after the one before succeeded. */
export function lineOf(commands: readonly Command[]): string {
  return commands.map(([program, ...words]) => commandLine(program, words)).join(' && ');
}

/** Returns true if a line of these commands can be read and copied: it has no empty word and no unprintable character. */
export function isTypable(commands: readonly Command[]): boolean {
  return commands.flat().every((word) => word !== '' && isPrintable(word));
}
