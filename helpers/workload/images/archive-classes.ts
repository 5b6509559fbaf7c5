import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImageRoot, runInRoot } from '../../debian/images/run-in-root.ts';

const COMMON = join(import.meta.dirname, 'java/archive-classes.sh');

/** The files on which an archive of classes depends, in addition to the image's own script. */
export const ARCHIVE_CLASSES = [import.meta.filename, COMMON];

/**
 * Archives the classes of a Java program in their memory format, so that it starts faster.
 *
 * @param script the image's script, which runs after the common one: it starts the program and tells when it has
 * started
 * @param program the program's name, for people
 */
export async function archiveClasses(
  root: ImageRoot,
  script: string,
  program: string,
): Promise<void> {
  const texts = await Promise.all([COMMON, script].map((file) => readFile(file, 'utf8')));
  await runInRoot(root, ['bash', '-c', texts.join('\n')], {
    title: `archive of the classes of ${program}`,
  });
}
