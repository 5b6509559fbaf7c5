import { test as base, inject, type ProvidedContext } from 'vitest';
import { attachVerdict } from '../../helpers/report/audit/attach-verdict.ts';
import { attachMachines } from '../../helpers/report/machine-evidence.ts';
import { tellTopology } from '../../helpers/report/topology-label.ts';
import { topologyTarget } from '../../helpers/topology/audit-target.ts';
import type { TopologyDocument } from '../../helpers/topology/document.ts';
import { findTopology } from '../../helpers/topology/topologies.ts';
import { openLab } from './open-lab.ts';
import { whyLeftOut } from './stages.ts';

export { expect } from 'vitest';
export type { Lab } from './open-lab.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The topology that the global set-up stood up. */
    topology: TopologyDocument;
    /** Instead of it: which it did not stand up, and why there cannot be one here. */
    cannotBe: { readonly topology: string; readonly why: string };
  }
}

/** One import brings what a spec of the seed topology uses: `lab` and Vitest's own. */
export const test = base
  // Before all that asks the topology.
  .extend('available', { auto: true }, async ({ task, skip }) => {
    const unavailable = inject('cannotBe') ?? leftOut(task.file.filepath);
    if (unavailable === undefined) return;
    await tellTopology(unavailable.topology);
    skip(unavailable.why);
  })
  .extend('lab', { scope: 'worker' }, () => openLab(inject('topology')))
  .extend('evidence', { auto: true }, async ({ lab, onTestFailed }) => {
    await tellTopology(lab.document.topology);
    // Read while the machines still are as the spec left them: tables first, for live probes change them.
    onTestFailed(async () => {
      const names = lab.document.machines.map(({ name }) => name);
      await attachMachines(lab.provider, names);
      await attachVerdict(
        topologyTarget(
          lab.document,
          names.map((name) => lab.machine(name)),
        ),
      );
    }, 180_000);
  });

/** What a file needs may be more than the topology has. */
function leftOut(file: string): ProvidedContext['cannotBe'] | undefined {
  const { topology } = inject('topology');
  const why = whyLeftOut(file, findTopology(topology));
  return why === undefined ? undefined : { topology, why };
}
