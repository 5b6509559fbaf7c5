import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { firstLine, HarnessError } from '../../process/errors/harness-error.ts';
import { InterruptionWatch } from '../../process/errors/interruption.ts';
import { writePicturesPage } from '../../report/pictures/pictures-page.ts';
import { reportsFolder } from '../../report/results/reports-folder.ts';
import { showProgress } from '../progress.ts';
import { bundlePictures, pictureNames, type PictureName } from './draw/picture-names.ts';
import { drawPictures } from './draw/draw-pictures.ts';
import { observeBundle, observeTopology } from './draw/observe-topology.ts';
import { reportFailure } from './failure.ts';

export interface DrawOptions {
  readonly into?: string;
  /** A support bundle to draw instead of the running topology. */
  readonly from?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** `overlay-e2e draw`: gives the exit code. */
export async function runDraw(
  names: readonly PictureName[],
  { into, from, json = false, verbose = false }: DrawOptions,
): Promise<number> {
  using watch = new InterruptionWatch(({ observed }) =>
    console.error(`overlay-e2e: ${observed}; removing the probes`),
  );
  const offered = from === undefined ? pictureNames : bundlePictures;
  const wanted = pictureNames.filter((one) => (names.length === 0 ? offered : names).includes(one));
  const folder = resolve(into ?? join(reportsFolder(), 'pictures'));
  try {
    // Better known before the look than after it.
    await orSay(folder, mkdir(folder, { recursive: true }));
    const stopProgress = await showProgress({ verbose });
    const sight = await (from === undefined
      ? observeTopology(wanted, watch.signal)
      : observeBundle(from)
    ).finally(stopProgress);
    const entries = await drawPictures(wanted, sight);
    const files = entries.flatMap((one) =>
      'svg' in one ? [{ ...one, file: `${one.name}.svg` }] : [],
    );
    const page = join(folder, 'index.html');
    for (const { file, svg } of files) await orSay(folder, writeFile(join(folder, file), svg));
    await orSay(folder, writeFile(page, writePicturesPage(sight.title, entries)));
    const missing = entries.flatMap((one) => ('missing' in one ? [one] : []));
    for (const one of missing) console.error(`overlay-e2e: ${one.name} not drawn: ${one.missing}`);
    const all = [...files.map(({ file }) => join(folder, file)), page];
    console.log(
      json ? JSON.stringify({ ...sight.data, missing, files: all }, null, 2) : all.join('\n'),
    );
    return missing.length === 0 ? 0 : 1;
  } catch (error) {
    return reportFailure(watch.interrupted ?? error);
  }
}

async function orSay(folder: string, writing: Promise<unknown>): Promise<void> {
  await writing.catch((cause: unknown) => {
    throw new HarnessError({
      code: 'folder-unwritable',
      tried: `write pictures into ${folder}`,
      observed: firstLine(cause),
      hint: 'choose a writable folder with free space with --into',
      cause,
    });
  });
}
