import { test } from 'vitest';
import { describeRounds } from '../diagnosis/describe-rounds.ts';
import { NEXT_ENGINE, whyUnavailable } from '../engine-versions/why-unavailable.ts';

const unavailable = await whyUnavailable(NEXT_ENGINE);

// On machines without their own kernel, like the rounds of every run, which have an older engine.
if (unavailable === undefined) {
  // This process runs no other file.
  process.env['E2E_ENGINE_BUNDLE'] = NEXT_ENGINE;
  describeRounds('swarm-mode');
} else {
  test("A check finds each defect on the engine of Debian's next release", ({ skip }) => {
    skip(unavailable.observed);
  });
}
