import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { parseJson } from '../../process/text/parse-json.ts';
import { runCommand } from '../../process/run-command.ts';

/** An image for engines. */
export interface PreparedImage {
  /** The image's name in container options: `progrium/consul:latest`. */
  readonly tag: string;
  /** The absolute path of its archive, in the format of `docker save`; absent for an image that engines pull. */
  readonly archive?: string;
}

/**
 * Returns the image that a user names by a tag, which engines pull, or by the path of a file that `docker save` wrote,
 * from which the tag is read.
 *
 * @param variable the source of the value, for errors: `E2E_TOMCAT_IMAGE`
 * @param usual the tag to choose if a file contains several
 * @param also another accepted kind of file, for errors
 */
export async function chooseImage(
  variable: string,
  words: string,
  usual: string,
  also?: string,
): Promise<PreparedImage> {
  const tried = `${variable}=${words}`;
  const file = resolve(words);
  const isFile = (await stat(file).catch(() => undefined))?.isFile() === true;
  const kindOfFile = `a file that docker save wrote${also === undefined ? '' : ` or of ${also}`}`;
  if (isFile) {
    return { tag: pickTag(await readTags(file, tried, also), usual, tried), archive: file };
  }
  if (/^[./~]|\.(tar|tgz|tar\.\w+)$/.test(words)) {
    throw new HarnessError({
      code: 'file-unreadable',
      tried,
      observed: `file ${file} not found`,
      hint: `give the path of ${kindOfFile}, or a tag to pull`,
    });
  }
  if (!REFERENCE.test(words)) {
    throw new HarnessError({
      code: 'input-invalid',
      tried,
      observed: 'neither a file nor a tag',
      hint: `give the path of ${kindOfFile}, or a tag such as ${usual}`,
    });
  }
  return { tag: withTag(words) };
}

/** `host:5000/owner/name:tag@digest`, according to the engine's grammar of references. */
const REFERENCE =
  /^(?:(?:localhost|[\w-]+(?:\.[\w-]+)+|[\w.-]+(?=:))(?::\d+)?\/)?[a-z\d]+(?:[._-]+[a-z\d]+)*(?:\/[a-z\d]+(?:[._-]+[a-z\d]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[a-f\d]{64})?$/;

function withTag(reference: string): string {
  return reference.lastIndexOf(':') > reference.lastIndexOf('/')
    ? reference
    : `${reference}:latest`;
}

const manifest = z.array(z.object({ RepoTags: z.array(z.string()).nullish() }));

/** Returns the tags in the manifest of a `docker save` file. */
async function readTags(file: string, tried: string, also?: string): Promise<string[]> {
  const args = ['--extract', '--to-stdout', '--occurrence', '--file', file, 'manifest.json'];
  const { exitCode, stdout } = await runCommand('tar', args, { expect: 'any' });
  const read = exitCode === 0 ? manifest.safeParse(parseJson(stdout)) : undefined;
  if (read?.success === true) return read.data.flatMap(({ RepoTags }) => RepoTags ?? []);
  const isNot = also === undefined ? 'not a' : `neither ${also} nor a`;
  throw new HarnessError({
    code: 'image-invalid',
    tried,
    observed: `${isNot} file of "docker save": no manifest.json in it names images`,
    hint: 'write it with "docker save -o FILE NAME:TAG"; "docker export" writes another format',
  });
}

/** Returns the usual tag if the file contains it, otherwise its only tag. */
function pickTag(tags: readonly string[], usual: string, tried: string): string {
  const [first] = tags;
  if (tags.includes(usual)) return usual;
  if (first !== undefined && tags.length === 1) return first;
  throw new HarnessError({
    code: 'image-invalid',
    tried,
    observed: first === undefined ? 'the image in it has no tag' : `it contains ${tags.join(', ')}`,
    hint: `write it with "docker save -o FILE NAME:TAG" for one image, or for one named ${usual}`,
  });
}
