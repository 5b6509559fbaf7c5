import { drawPathMatrix } from '../../../report/pictures/draw-path-matrix.ts';
import { drawTopology } from '../../../report/pictures/draw-topology.ts';
import { drawLatencies } from '../../../report/pictures/draw-latencies.ts';
import { drawSetUp } from '../../../report/pictures/draw-set-up.ts';
import type { PageEntry } from '../../../report/pictures/pictures-page.ts';
import type { PictureName } from './picture-names.ts';
import type { Sight } from './observe-topology.ts';

/** Draws pictures, each with the reason if it cannot be drawn. */
export async function drawPictures(
  wanted: readonly PictureName[],
  sight: Sight,
): Promise<PageEntry[]> {
  return await Promise.all(
    wanted.map(async (name): Promise<PageEntry> => {
      const svg = await draw(name, sight);
      return svg === undefined ? { name, missing: whyMissing(name, sight) } : { name, svg };
    }),
  );
}

async function draw(
  name: PictureName,
  { report, latencies, setUp }: Sight,
): Promise<string | undefined> {
  if (name === 'set-up') return setUp && (await drawSetUp(setUp));
  if (report === undefined) return undefined;
  if (name === 'topology') return drawTopology(report);
  if (name === 'paths') return await drawPathMatrix(report);
  return latencies && (await drawLatencies(report.target, latencies));
}

function whyMissing(name: PictureName, { source, report, whyNoSetUp }: Sight): string {
  if (name === 'set-up') return `no record of the set-up in ${source}: ${whyNoSetUp}`;
  return report === undefined
    ? `no topology was completely brought up in ${source}`
    : `no round-trip times in ${source}`;
}
