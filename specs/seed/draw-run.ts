import { firstLine } from '../../helpers/process/harness-error.ts';
import type { Evidence } from '../../helpers/report/results-writer.ts';
import type { Lab } from '../../helpers/spec/lab.ts';
import { topologyTarget } from '../../helpers/topology/audit-target.ts';
import { loadSetUp } from '../../helpers/topology/set-up-record.ts';

/** How the topology was stood up and what stands there now, drawn out of what was recorded and what engines say. */
export async function drawRun(lab: Lab): Promise<Evidence[]> {
  const drawn = await Promise.all([
    draw('how it was stood up', () => drawSetUpOf(lab)),
    draw('what stands there, by what engines say', () => drawTopologyOf(lab)),
  ]);
  return drawn.flat();
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

async function drawSetUpOf({ document }: Lab): Promise<string | undefined> {
  const record = await loadSetUp(document.store);
  if (record === undefined) return undefined;
  const { drawSetUp } = await import('../../helpers/report/pictures/draw-set-up.ts');
  return await drawSetUp(record);
}

/** By what engines and store say: nothing is started on a cluster that specs are about to look at. */
async function drawTopologyOf(lab: Lab): Promise<string> {
  const { auditCluster } = await import('../../helpers/check/audit.ts');
  const { drawTopology } = await import('../../helpers/report/audit/draw-topology.ts');
  const target = topologyTarget(
    lab.document,
    lab.document.machines.map(({ name }) => lab.machine(name)),
  );
  try {
    return await drawTopology(await auditCluster(target, { probes: 'none' }));
  } finally {
    for (const { engine } of target.hosts) engine.close();
  }
}
