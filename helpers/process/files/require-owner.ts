import { statSync } from 'node:fs';
import { HarnessError } from '../errors/harness-error.ts';
import type { Place } from './target-folder.ts';

/**
 * Refuses a folder that another user owns or may write: root runs programs out of it and deletes in it. A folder of root
 * is nobody's to change, whoever uses it.
 */
export function requireOwner(
  { called, folder, variable }: Place,
  { mayBeWritable = false }: { readonly mayBeWritable?: boolean } = {},
): void {
  const user = process.geteuid?.();
  if (user === undefined) return;
  const { uid, mode } = statSync(folder);
  const isOwn = uid === user || uid === 0;
  const isWritable = !mayBeWritable && (mode & 0o022) !== 0;
  if (isOwn && !isWritable) return;
  throw new HarnessError({
    tried: `use ${called} ${folder}`,
    observed: isOwn
      ? `other users may write it (mode ${(mode & 0o7777).toString(8)})`
      : `it belongs to user ${uid}, and this is user ${user}`,
    remedy: isOwn
      ? `chmod go-w ${folder}, after a look at what is in it; or set ${variable} to a folder of your own`
      : `set ${variable} to a folder of your own`,
  });
}
