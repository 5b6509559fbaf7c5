import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { parseJson } from '../../process/text/parse-json.ts';
import { runCommand } from '../../process/run-command.ts';

/** An image that engines can be given. */
export interface PreparedImage {
  /** What containers call it: `progrium/consul:latest`. */
  readonly tag: string;
  /** The absolute path of the tar file that has it, as `docker save` writes it; absent for one that engines pull. */
  readonly archive?: string;
}

/**
 * The image that the user's own words stand for: a tag, which engines pull, or the path of a file that `docker save`
 * wrote, whose tag is read out of it.
 *
 * @param variable where the words came from, for errors: `E2E_TOMCAT_IMAGE`
 * @param usual the tag that is taken of several in a file
 * @param also what else may be given as a file, for errors
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
      observed: `there is no file ${file}`,
      remedy: `give the path of ${kindOfFile}, or a tag to pull`,
    });
  }
  if (!REFERENCE.test(words)) {
    throw new HarnessError({
      code: 'input-invalid',
      tried,
      observed: 'it is neither a file nor a tag',
      remedy: `give the path of ${kindOfFile}, or a tag such as ${usual}`,
    });
  }
  return { tag: withTag(words) };
}

/** `host:5000/owner/name:tag@digest`, as the engine's reference grammar has it. */
const REFERENCE =
  /^(?:(?:localhost|[\w-]+(?:\.[\w-]+)+|[\w.-]+(?=:))(?::\d+)?\/)?[a-z\d]+(?:[._-]+[a-z\d]+)*(?:\/[a-z\d]+(?:[._-]+[a-z\d]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[a-f\d]{64})?$/;

function withTag(reference: string): string {
  return reference.lastIndexOf(':') > reference.lastIndexOf('/')
    ? reference
    : `${reference}:latest`;
}

const manifest = z.array(z.object({ RepoTags: z.array(z.string()).nullish() }));

/** The tags that a `docker save` file's own manifest names. */
async function readTags(file: string, tried: string, also?: string): Promise<string[]> {
  const args = ['--extract', '--to-stdout', '--occurrence', '--file', file, 'manifest.json'];
  const { exitCode, stdout } = await runCommand('tar', args, { expect: 'any' });
  const read = exitCode === 0 ? manifest.safeParse(parseJson(stdout)) : undefined;
  if (read?.success === true) return read.data.flatMap(({ RepoTags }) => RepoTags ?? []);
  const isNot = also === undefined ? 'no' : `neither ${also} nor a`;
  throw new HarnessError({
    code: 'image-invalid',
    tried,
    observed: `it is ${isNot} file of docker save: there is no manifest.json in it that names images`,
    remedy: 'write it with docker save -o FILE NAME:TAG (docker export makes something else)',
  });
}

/** The usual tag if the file has it, else its only one. */
function pickTag(tags: readonly string[], usual: string, tried: string): string {
  const [first] = tags;
  if (tags.includes(usual)) return usual;
  if (first !== undefined && tags.length === 1) return first;
  throw new HarnessError({
    code: 'image-invalid',
    tried,
    observed: first === undefined ? 'the image in it has no tag' : `it has ${tags.join(', ')}`,
    remedy: `write it with docker save -o FILE NAME:TAG, of one image, or of one that is called ${usual}`,
  });
}
