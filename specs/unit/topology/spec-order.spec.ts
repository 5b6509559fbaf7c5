import { expect, test } from 'vitest';
import { BaseSequencer } from 'vitest/node';
import { setSpecOrder } from '../../spec-order.ts';

class RandomOrder extends BaseSequencer {}

/** The sequencer that is left of one that Vitest chose by its options. */
function sequencerAfter(sequencer: typeof BaseSequencer) {
  const sequence = { sequencer };
  setSpecOrder({ sequence });
  return sequence.sequencer;
}

test('the order of spec files is the tutorial’s, unless another one was asked for', () => {
  expect(sequencerAfter(BaseSequencer).name).toBe('SpecOrder');
  expect(sequencerAfter(RandomOrder)).toBe(RandomOrder);
});
