import type { AuditOptions } from '../../helpers/check/options.ts';
import type { AuditReport } from '../../helpers/check/report.ts';
import { firstLine } from '../../helpers/process/harness-error.ts';
import type { Evidence } from '../../helpers/report/results-writer.ts';
import type { Lab } from '../../helpers/spec/lab.ts';
import { topologyTarget } from '../../helpers/topology/audit-target.ts';
import { loadSetUp } from '../../helpers/topology/set-up-record.ts';
import { timeCarService } from '../../helpers/workload/ask-car-service.ts';

/** Requests to the car service that are timed. */
const REQUESTS = 20;

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
      const { drawTopology } = await import('../../helpers/report/audit/draw-topology.ts');
      return await drawTopology((await seen).report);
    }),
    draw('from host to host', async () => {
      const { drawPathMatrix } = await import('../../helpers/report/audit/draw-path-matrix.ts');
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
  const { prepareProbeImage } = await import('../../helpers/check/probe/probe-image.ts');
  const { latenciesOf } = await import('../../helpers/report/pictures/latencies.ts');
  // On a new computer it takes longer to make than the whole look may.
  await prepareProbeImage();
  const report = await auditOf(lab, { timing: true, ...(signal === undefined ? {} : { signal }) });
  const { carEndpoint: url } = lab.document;
  const requests = url === undefined ? undefined : await timeCarService(url, REQUESTS, { signal });
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
  const { drawTopology } = await import('../../helpers/report/audit/draw-topology.ts');
  return await drawTopology(await auditOf(lab, { probes: 'none' }));
}

async function auditOf(lab: Lab, options: AuditOptions): Promise<AuditReport> {
  const { auditCluster } = await import('../../helpers/check/audit.ts');
  const target = topologyTarget(
    lab.document,
    lab.document.machines.map(({ name }) => lab.machine(name)),
  );
  try {
    return await auditCluster(target, options);
  } finally {
    for (const { engine } of target.hosts) engine.close();
  }
}
