import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImageRoot, runInRoot } from '../../debian/images/run-in-root.ts';

const COMMON = join(import.meta.dirname, 'java/archive-classes.sh');

/** What decides how classes are archived, beside the image's own script. */
export const ARCHIVE_CLASSES = [import.meta.filename, COMMON];

/**
 * Writes down the classes of a program that runs on Java as Java has them in memory, so that it starts sooner.
 *
 * @param script goes on after the common one; says what is started, and when it has started
 * @param program whose classes they are, for people
 */
export async function archiveClasses(
  root: ImageRoot,
  script: string,
  program: string,
): Promise<void> {
  const texts = await Promise.all([COMMON, script].map((file) => readFile(file, 'utf8')));
  await runInRoot(root, ['bash', '-c', texts.join('\n')], {
    title: `archive of ${program}’s classes`,
  });
}
