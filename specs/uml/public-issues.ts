import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An issue of docs/public-issues.md. */
export interface PublicIssue {
  readonly title: string;
  /** The block of commands for the manager. */
  readonly commands: string;
  /** The codes in the result that the page shows. */
  readonly codes: readonly string[];
}

/** Reads the issues of the page whose sections have a block of commands, and one with the result of a check. */
export function publicIssues(): PublicIssue[] {
  const file = join(import.meta.dirname, '../../docs/public-issues.md');
  const [, ...sections] = readFileSync(file, 'utf8').split('\n## ');
  return sections.flatMap((section): PublicIssue[] => {
    const [title = ''] = section.split('\n', 1);
    const [, commands = ''] = /```sh\n(.*?)```/s.exec(section) ?? [];
    const [, result = ''] = /```text\n(.*?)```/s.exec(section) ?? [];
    const codes = [...result.matchAll(/^ *\d+ {2}([a-z-]+) · /gm)].map(([, code = '']) => code);
    return commands === '' ? [] : [{ title, commands, codes }];
  });
}
