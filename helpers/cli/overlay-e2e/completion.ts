import type { Command } from 'commander';
import { completionScripts, type Shell } from './completion/scripts.ts';
import { suggest } from './completion/suggest.ts';

/** `overlay-e2e completion`: prints what the shell is to read. */
export function printCompletion(shell: Shell): void {
  process.stdout.write(completionScripts[shell]);
}

/** What that asks at each Tab: prints what can stand in place of the last word. */
export async function printSuggestions(program: Command, typed: readonly string[]): Promise<void> {
  const { words, files } = await suggest(program, typed);
  const lines = [
    ...words.map(({ word, about }) => `${word}\t${about}`),
    ...(files === undefined ? [] : [`:${files}`]),
  ];
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
