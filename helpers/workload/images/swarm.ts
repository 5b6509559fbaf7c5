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

/** docker-machine's name for the image of classic Swarm. */
const SWARM_TAG = 'swarm:latest';

/**
 * The variable in which users name the image. No distribution contains classic Swarm anymore, so it cannot be built
 * from packages.
 */
const VARIABLE = 'E2E_SWARM_IMAGE';

const BINARY = 'a static swarm binary';

/** The reason to skip specs of classic Swarm without its image. */
export const NO_SWARM_IMAGE = `no image of classic Swarm is named in ${VARIABLE}, and no distribution contains one`;

/** Returns true if the user has named the image. */
export function isSwarmImageNamed(): boolean {
  return readVariable(VARIABLE) !== undefined;
}

/** Returns the image of classic Swarm that `E2E_SWARM_IMAGE` names; undefined if it is not set. */
export async function prepareSwarmImage(): Promise<PreparedImage | undefined> {
  const chosen = readVariable(VARIABLE);
  return chosen === undefined ? undefined : await chooseSwarmImage(VARIABLE, chosen);
}

/** Returns the image of classic Swarm. Throws if the user has not named one. */
export async function requireSwarmImage(tried: string): Promise<PreparedImage> {
  const image = await prepareSwarmImage();
  if (image !== undefined) return image;
  throw new HarnessError({
    code: 'image-unknown',
    tried,
    observed: NO_SWARM_IMAGE,
    hint: `set ${VARIABLE} to the path of ${BINARY} or of a docker save archive, or to a tag that the engines can pull`,
  });
}

/**
 * Returns the image of classic Swarm that a value names: a tag, which engines pull; the path of a `docker save`
 * archive; or the path of a static binary, from which the image is built.
 *
 * @param variable the origin of the value, for errors: `E2E_SWARM_IMAGE`
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
      observed: `it is an executable for another processor than ${process.arch}`,
      hint: `build swarm for ${process.arch}`,
    });
  }
  if (!elf.isStatic) {
    throw new HarnessError({
      code: 'image-invalid',
      tried,
      observed: 'it is linked dynamically, but the image has no libraries',
      hint: 'build it with CGO_ENABLED=0',
    });
  }
  await requireSwarm(file, tried);
  return { tag: SWARM_TAG, archive: await buildImage(swarmRecipe(file)) };
}

/** Runs the binary to check that it is classic Swarm. */
async function requireSwarm(file: string, tried: string): Promise<void> {
  const observed = await runCommand(file, ['--version'], {
    title: `${file} --version`,
    expect: 'any',
    limit: 30_000,
  }).then(
    ({ stdout, stderr }) => {
      const [line = ''] = `${stdout}${stderr}`.trim().split('\n', 1);
      if (/^swarm version \S/.test(stdout)) return undefined;
      return `it is not classic Swarm: --version printed "${line}"`;
    },
    (error: unknown) => `it does not run: ${(error as HarnessError).observed}`,
  );
  if (observed === undefined) return;
  throw new HarnessError({
    code: 'image-invalid',
    tried,
    observed,
    hint: `name the path of ${BINARY}`,
  });
}

/** Returns the recipe of the image that Docker Hub had: the binary and a folder for its files. */
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
