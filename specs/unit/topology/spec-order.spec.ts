import { expect, test } from 'vitest';
import { BaseSequencer } from 'vitest/node';
import { setSpecOrder } from '../../spec-order.ts';

class RandomOrder extends BaseSequencer {}

/** Returns the sequencer for Vitest's options. */
function sequencerAfter(sequencer: typeof BaseSequencer) {
  const sequence = { sequencer };
  setSpecOrder({ sequence });
  return sequence.sequencer;
}

test("the order of spec files is the tutorial's by default", () => {
  expect(sequencerAfter(BaseSequencer).name).toBe('SpecOrder');
  expect(sequencerAfter(RandomOrder)).toBe(RandomOrder);
});
