import type { Plugin } from 'vitest/config';
import { BaseSequencer, type TestSpecification, type Vitest } from 'vitest/node';
import { tutorialOrder } from './seed/stages.ts';

/**
 * Vitest's order, but the seed topology's files in the tutorial's own: when a part fails because of one before it, that
 * one is told first.
 */
class SpecOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted(
      (one, other) => tutorialOrder(one.moduleId) - tutorialOrder(other.moduleId),
    );
  }
}

/** Sets the order of the files, unless `--sequence.shuffle.files` asks for a random one: as an option it would win. */
export function specOrder(): Plugin {
  return {
    name: 'spec-order',
    configureVitest: ({ vitest }: { vitest: Vitest }) => {
      const { sequence } = vitest.config;
      if (sequence.sequencer === BaseSequencer) sequence.sequencer = SpecOrder;
    },
  };
}
