import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { allowedProcessors, chooseProcessor } from '../../../helpers/uml/boot/choose-processor.ts';

test.each([
  { list: '0', processors: [0] },
  { list: '0-3', processors: [0, 1, 2, 3] },
  { list: '0-1,4,6-7', processors: [0, 1, 4, 6, 7] },
  { list: '17', processors: [17] },
])('$list are the processors $processors', ({ list, processors }) => {
  const status = `Cpus_allowed:\tff\nCpus_allowed_list:\t${list}\nMems_allowed_list:\t0\n`;
  expect(allowedProcessors(status)).toEqual(processors);
});

test('kernels with consecutive numbers share all processors of this process', () => {
  const allowed = allowedProcessors(readFileSync('/proc/self/status', 'utf8'));
  const chosen = allowed.map((_, index) => chooseProcessor(100 + index));
  expect(chosen.toSorted((a, b) => a - b)).toEqual(allowed);
});
