import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { tutorialOrder } from './seed/stages.ts';

/**
 * Vitest's order, but the seed topology's files in the tutorial's own: when a part fails because of one before it, that
 * one is told first.
 */
export class SpecOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted(
      (one, other) => tutorialOrder(one.moduleId) - tutorialOrder(other.moduleId),
    );
  }
}
