import { firstLine } from '../../helpers/process/errors/harness-error.ts';
import type { Evidence } from '../../helpers/report/results/results-writer.ts';
import { openCheck } from '../../helpers/spec/check.ts';
import type { Lab } from '../../helpers/spec/lab.ts';
import { loadSetUp } from '../../helpers/topology/bring-up/set-up-record.ts';
import { timeRequests } from '../../helpers/topology/time-requests.ts';

/**
 * How the topology was stood up, drawn out of what was recorded. What stands there is drawn of one that stays, by what
 * engines and store say: nothing is started on a cluster that specs are about to look at.
 */
export async function drawSetUpOf(lab: Lab, { stays }: { stays: boolean }): Promise<Evidence[]> {
  const drawn = await Promise.all([
    draw('how it was stood up', () => drawRecordOf(lab)),
    ...(stays
      ? [draw('what stands there, by what engines say', async () => await drawStanding(lab))]
      : []),
  ]);
  return drawn.flat();
}

/**
 * What stands there when its specs have ended, before it is taken down: by every layer, with what live packets met from host
 * to host, and how long they took.
 */
export async function drawEndOf(lab: Lab, signal: AbortSignal | undefined): Promise<Evidence[]> {
  const seen = look(lab, signal);
  // Each picture says itself why it is not drawn.
  seen.catch(() => {});
  const drawn = await Promise.all([
    draw('what stood there at the end', async () => {
      const { drawTopology } = await import('../../helpers/report/pictures/draw-topology.ts');
      return await drawTopology((await seen).report);
    }),
    draw('from host to host', async () => {
      const { drawPathMatrix } = await import('../../helpers/report/pictures/draw-path-matrix.ts');
      return await drawPathMatrix((await seen).report);
    }),
    draw('latencies', async () => {
      const { drawLatencies } = await import('../../helpers/report/pictures/draw-latencies.ts');
      const { report, latencies } = await seen;
      return await drawLatencies(report.target, latencies);
    }),
  ]);
  return drawn.flat();
}

async function look(lab: Lab, signal: AbortSignal | undefined) {
  const { latenciesOf } = await import('../../helpers/report/pictures/latencies.ts');
  const bounds = signal === undefined ? {} : { signal };
  const report = await openCheck(lab).audit({ timing: true, ...bounds });
  const requests = await timeRequests(lab.document, signal);
  return { report, latencies: latenciesOf(report.observation.paths, requests) };
}

/** A picture that cannot be drawn is no reason to run no specs. */
async function draw(name: string, run: () => Promise<string | undefined>): Promise<Evidence[]> {
  try {
    const content = await run();
    return content === undefined ? [] : [{ name, type: 'image/svg+xml', content }];
  } catch (error) {
    return [{ name, type: 'text/plain', content: `could not be drawn: ${firstLine(error)}` }];
  }
}

async function drawRecordOf({ document }: Lab): Promise<string | undefined> {
  const record = await loadSetUp(document.store);
  if (record === undefined) return undefined;
  const { drawSetUp } = await import('../../helpers/report/pictures/draw-set-up.ts');
  return await drawSetUp(record);
}

async function drawStanding(lab: Lab): Promise<string> {
  const { drawTopology } = await import('../../helpers/report/pictures/draw-topology.ts');
  return await drawTopology(await openCheck(lab).audit({ probes: 'none' }));
}
