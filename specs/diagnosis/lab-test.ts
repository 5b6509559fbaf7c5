import { test as base } from 'vitest';
import type { DiagnosisLab } from './lab.ts';
import { bringUpLab } from './bring-up-lab.ts';
import type { ClusterKind } from './topologies.ts';

/**
 * Returns a `test` with a cluster of one kind that the tests of a file share. After each test the cluster must settle. If it
 * does not, that test fails, and the next one has a new cluster.
 *
 * @param ownKernels the machines with their own kernel
 */
export function labTest(kind: ClusterKind, ownKernels: readonly string[] = []) {
  return base
    .extend(
      'labs',
      { scope: 'file' },
      // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
      ({}, { onCleanup }): SharedLab => {
        const labs = new SharedLab(() => bringUpLab(kind, { ownKernels }));
        onCleanup(() => labs.discard());
        return labs;
      },
    )
    .extend('lab', async ({ labs, onTestFinished }): Promise<DiagnosisLab> => {
      const lab = await labs.open();
      // Vitest runs it after the test's own functions of this kind, which undo its changes.
      onTestFinished(() => labs.settle());
      return lab;
    });
}

export type LabTest = ReturnType<typeof labTest>;

/** The cluster of the tests of a file, until one of them spoils it. */
class SharedLab {
  readonly #bringUp: () => Promise<DiagnosisLab & AsyncDisposable>;
  #lab: (DiagnosisLab & AsyncDisposable) | undefined;

  constructor(bringUp: () => Promise<DiagnosisLab & AsyncDisposable>) {
    this.#bringUp = bringUp;
  }

  /** Returns the cluster. Brings up a new one if the last was discarded. */
  async open(): Promise<DiagnosisLab> {
    if (this.#lab === undefined) {
      const lab = await this.#bringUp();
      await lab.settle();
      this.#lab = lab;
    }
    return this.#lab;
  }

  /** Waits until the cluster has settled. Discards it if it does not settle. */
  async settle(): Promise<void> {
    try {
      await this.#lab?.settle();
    } catch (error) {
      await this.discard();
      throw error;
    }
  }

  /** Tears the cluster down. The next test brings up another. */
  async discard(): Promise<void> {
    const lab = this.#lab;
    this.#lab = undefined;
    await lab?.[Symbol.asyncDispose]();
  }
}
