import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { runCommand } from '../../process/run-command.ts';
import { PATH } from '../../debian/images/base.ts';
import { chooseImage, type PreparedImage } from '../../debian/images/choose-image.ts';
import { installFile, installFolders } from '../../debian/images/install-file.ts';
import { readElf } from '../../debian/images/read-elf.ts';
import { buildImage, type ImageRecipe } from '../../debian/images/recipe.ts';
import { readVariable } from '../../process/environment.ts';

/** What docker-machine calls the image of classic Swarm. */
const SWARM_TAG = 'swarm:latest';

/** Where a user names it. No archive has it, and nobody develops it any more: it cannot be built out of packages. */
const VARIABLE = 'E2E_SWARM_IMAGE';

const BINARY = 'a static swarm binary';

/** Why there is nothing of a classic Swarm without an image: the reason of specs that are skipped. */
export const NO_SWARM_IMAGE = `no image of classic Swarm is named in ${VARIABLE}, and no archive has one`;

/** Whether somebody has named the image. */
export function isSwarmImageNamed(): boolean {
  return readVariable(VARIABLE) !== undefined;
}

/** The image of classic Swarm that `E2E_SWARM_IMAGE` names; undefined when it names none. */
export async function prepareSwarmImage(): Promise<PreparedImage | undefined> {
  const chosen = readVariable(VARIABLE);
  return chosen === undefined ? undefined : await chooseSwarmImage(VARIABLE, chosen);
}

/** The image of classic Swarm; an error that says what to do when none is named. */
export async function requireSwarmImage(tried: string): Promise<PreparedImage> {
  const image = await prepareSwarmImage();
  if (image !== undefined) return image;
  throw new HarnessError({
    code: 'image-unknown',
    tried,
    observed: NO_SWARM_IMAGE,
    remedy: `set ${VARIABLE} to the path of ${BINARY} or of a file that docker save wrote, or to a tag that the engines can pull`,
  });
}

/**
 * The image of classic Swarm that words stand for: a tag, which engines pull; the path of a file that `docker save`
 * wrote; or that of a static binary, of which the image is made.
 *
 * @param variable where the words came from, for errors: `E2E_SWARM_IMAGE`
 */
export async function chooseSwarmImage(variable: string, words: string): Promise<PreparedImage> {
  const file = resolve(words);
  const isFile = (await stat(file).catch(() => undefined))?.isFile() === true;
  const elf = isFile ? await readElf(file) : undefined;
  if (elf === undefined) return await chooseImage(variable, words, SWARM_TAG, BINARY);
  const tried = `${variable}=${words}`;
  if (!elf.isForThisProcessor) {
    throw new HarnessError({
      code: 'image-invalid',
      tried,
      observed: `it is an executable of another processor than this ${process.arch}`,
      remedy: `build swarm for ${process.arch}`,
    });
  }
  if (!elf.isStatic) {
    throw new HarnessError({
      code: 'image-invalid',
      tried,
      observed: 'it is linked dynamically, and the image has no library for it',
      remedy: 'build it with CGO_ENABLED=0',
    });
  }
  await requireSwarm(file, tried);
  return { tag: SWARM_TAG, archive: await buildImage(swarmRecipe(file)) };
}

/** Asks the binary itself what it is. */
async function requireSwarm(file: string, tried: string): Promise<void> {
  const observed = await runCommand(file, ['--version'], {
    title: `${file} --version`,
    expect: 'any',
    limit: 30_000,
  }).then(
    ({ stdout, stderr }) => {
      const [line = ''] = `${stdout}${stderr}`.trim().split('\n', 1);
      if (/^swarm version \S/.test(stdout)) return undefined;
      return `it is not classic Swarm: asked for its --version, it says «${line}»`;
    },
    (error: unknown) => `it cannot be run: ${(error as HarnessError).observed}`,
  );
  if (observed === undefined) return;
  throw new HarnessError({
    code: 'image-invalid',
    tried,
    observed,
    remedy: `give the path of ${BINARY}`,
  });
}

/** The image that Docker's own repository had: the binary, a place for it to write to, and nothing else. */
function swarmRecipe(binary: string): ImageRecipe {
  return {
    name: 'swarm',
    tag: SWARM_TAG,
    config: {
      Entrypoint: ['/swarm'],
      Cmd: ['--help'],
      Env: [`PATH=${PATH}`, 'SWARM_HOST=:2375'],
      ExposedPorts: { '2375/tcp': {} },
      Volumes: { '/.swarm': {} },
    },
    parts: async () => ({ layers: [] }),
    sources: [import.meta.filename, binary],
    addLayer: async ({ layer }) => {
      await installFolders([join(layer, 'tmp')], { mode: '1777' });
      await installFile(binary, join(layer, 'swarm'), '0755');
    },
  };
}
