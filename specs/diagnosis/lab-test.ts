import { test as base } from 'vitest';
import type { DiagnosisLab } from './lab.ts';
import { bringUpLab } from './bring-up-lab.ts';
import type { ClusterKind } from './topologies.ts';

/** Returns a `test` with a cluster of one kind that all tests of a file share. */
export function labTest(kind: ClusterKind) {
  return base.extend(
    'lab',
    { scope: 'file' },
    // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
    async ({}, { onCleanup }): Promise<DiagnosisLab> => {
      const lab = await bringUpLab(kind);
      onCleanup(() => lab[Symbol.asyncDispose]());
      return lab;
    },
  );
}

export type LabTest = ReturnType<typeof labTest>;
