import { statSync } from 'node:fs';
import { HarnessError } from '../errors/harness-error.ts';
import { quoteForShell } from '../run-command.ts';
import type { TargetFolder } from './target-folder.ts';

/**
 * Refuses a folder that another user owns or may write to: root runs programs from it and deletes files in it. A folder of
 * root is safe for every user.
 */
export function requireOwner(
  { called, folder, variable }: TargetFolder,
  { mayBeWritable = false }: { readonly mayBeWritable?: boolean } = {},
): void {
  const user = process.geteuid?.();
  if (user === undefined) return;
  const { uid, mode } = statSync(folder);
  const isOwn = uid === user || uid === 0;
  const isWritable = !mayBeWritable && (mode & 0o022) !== 0;
  if (isOwn && !isWritable) return;
  throw new HarnessError({
    code: 'folder-unsuitable',
    tried: `use ${called} ${folder}`,
    observed: isOwn
      ? `other users may write to it (mode ${(mode & 0o7777).toString(8)})`
      : `it belongs to user ${uid}, and this is user ${user}`,
    hint: isOwn
      ? `inspect its content, then chmod -R go-w ${quoteForShell(folder)}; or set ${variable} to your own folder`
      : `set ${variable} to your own folder`,
  });
}
