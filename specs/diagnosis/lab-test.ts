import { test as base } from 'vitest';
import type { DiagnosisLab } from './lab.ts';
import { bringUpLab } from './bring-up-lab.ts';
import type { ClusterKind } from './topologies.ts';

/**
 * Returns a `test` with a cluster of one kind that all tests of a file share.
 *
 * @param ownKernels the machines with their own kernel
 */
export function labTest(kind: ClusterKind, ownKernels: readonly string[] = []) {
  return base.extend(
    'lab',
    { scope: 'file' },
    // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
    async ({}, { onCleanup }): Promise<DiagnosisLab> => {
      const lab = await bringUpLab(kind, ownKernels);
      onCleanup(() => lab[Symbol.asyncDispose]());
      return lab;
    },
  );
}

export type LabTest = ReturnType<typeof labTest>;
