import { test as base } from 'vitest';
import { createNetnsProvider } from '../../helpers/machine/netns-provider.ts';
import { type Lab, openLab as openSpecLab } from '../../helpers/spec/lab.ts';
import type { TopologyDocument } from '../../helpers/topology/document.ts';
import { type Lab as StoreLab, openLab } from '../topology/lab.ts';

/** The example's topology, as a user stood it up and left it. */
export interface Standing {
  readonly store: StoreLab;
  readonly lab: Lab;
}

/** One for the whole file. What a test breaks of it, it mends. */
export const test = base.extend(
  'standing',
  { scope: 'file' },
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  async ({}, { onCleanup }): Promise<Standing> => {
    const store = await openLab();
    onCleanup(() => store.clear());
    const { exitCode, stdout, stderr } = await store.run(
      'up',
      'specs/example/topology.ts',
      '--json',
    );
    if (exitCode !== 0) throw new Error(`overlay-e2e up: ${stderr}`);
    const document = JSON.parse(stdout) as TopologyDocument;
    const provider = createNetnsProvider({ store: store.store });
    return { store, lab: await openSpecLab(document, provider) };
  },
);
