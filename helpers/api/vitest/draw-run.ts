import { firstLine } from '../../process/errors/harness-error.ts';
import type { Evidence } from '../../report/results/results-writer.ts';
import { openCheck } from '../../spec/check.ts';
import type { Lab } from '../../spec/lab.ts';
import { loadSetUp } from '../../topology/bring-up/set-up-record.ts';
import { timeRequests } from '../../topology/time-requests.ts';

/**
 * Draws the recorded bring-up of a topology. If the topology stays, also draws its state according to engines and
 * store. Nothing is started on a cluster that specs are about to test.
 */
export async function drawSetUpOf(lab: Lab, { stays }: { stays: boolean }): Promise<Evidence[]> {
  const drawn = await Promise.all([
    draw('bring-up', () => drawRecordOf(lab)),
    ...(stays ? [draw('state according to the engines', async () => await drawStanding(lab))] : []),
  ]);
  return drawn.flat();
}

/**
 * Draws the state of a topology after its specs and before its tear-down: all layers, packets between hosts, and their
 * latencies.
 */
export async function drawEndOf(lab: Lab, signal: AbortSignal | undefined): Promise<Evidence[]> {
  const seen = look(lab, signal);
  // Each picture reports why it was not drawn.
  seen.catch(() => {});
  const drawn = await Promise.all([
    draw('state at the end', async () => {
      const { drawTopology } = await import('../../report/pictures/draw-topology.ts');
      return await drawTopology((await seen).report);
    }),
    draw('from host to host', async () => {
      const { drawPathMatrix } = await import('../../report/pictures/draw-path-matrix.ts');
      return await drawPathMatrix((await seen).report);
    }),
    draw('latencies', async () => {
      const { drawLatencies } = await import('../../report/pictures/draw-latencies.ts');
      const { report, latencies } = await seen;
      return await drawLatencies(report.target, latencies);
    }),
  ]);
  return drawn.flat();
}

async function look(lab: Lab, signal: AbortSignal | undefined) {
  const { latenciesOf } = await import('../../report/pictures/latencies.ts');
  const bounds = signal === undefined ? {} : { signal };
  const report = await openCheck(lab).audit({ timing: true, ...bounds });
  const requests = await timeRequests(lab.document, signal);
  return { report, latencies: latenciesOf(report.observation.paths, requests) };
}

/** Draws a picture. A failure does not stop the specs. */
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
  const { drawSetUp } = await import('../../report/pictures/draw-set-up.ts');
  return await drawSetUp(record);
}

async function drawStanding(lab: Lab): Promise<string> {
  const { drawTopology } = await import('../../report/pictures/draw-topology.ts');
  return await drawTopology(await openCheck(lab).audit({ probes: 'none' }));
}
