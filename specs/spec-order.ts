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

/** The part of Vitest's configuration that says in which order files run. */
interface Ordered {
  readonly sequence: Pick<Vitest['config']['sequence'], 'sequencer'>;
}

/** For `vitest.config.ts`; as an option there, a sequencer would win over `--sequence.shuffle.files`. */
export function specOrder(): Plugin {
  return { name: 'spec-order', configureVitest: ({ vitest }) => setSpecOrder(vitest.config) };
}

/** Sets the order of the files, unless another one was asked for. */
export function setSpecOrder({ sequence }: Ordered): void {
  if (sequence.sequencer === BaseSequencer) sequence.sequencer = SpecOrder;
}
