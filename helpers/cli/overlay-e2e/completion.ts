import type { Command } from 'commander';
import { completionScripts, type Shell } from './completion/scripts.ts';
import { suggest } from './completion/suggest.ts';

/** Prints the completion script of a shell. */
export function printCompletion(shell: Shell): void {
  process.stdout.write(completionScripts[shell]);
}

/** Prints the completions of the last word; the scripts call this at each Tab. */
export async function printSuggestions(program: Command, typed: readonly string[]): Promise<void> {
  const { words, files } = await suggest(program, typed);
  const lines = [
    ...words.map(({ word, about }) => `${word}\t${about}`),
    ...(files === undefined ? [] : [`:${files}`]),
  ];
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
