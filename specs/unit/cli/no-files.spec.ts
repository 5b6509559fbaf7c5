import { expect, test } from 'vitest';
import { describeNoFiles } from '../../../helpers/cli/no-files.ts';

const files = ['specs/seed/car-endpoint.spec.ts', 'specs/cli/doctor.spec.ts'];

test.each([
  [
    'car-endpiont',
    'no test file matches "car-endpiont" in project seed. Did you mean specs/seed/car-endpoint.spec.ts?',
  ],
  [
    'specs/seed/car-endpont.spec.ts',
    'no test file matches "specs/seed/car-endpont.spec.ts" in project seed. Did you mean specs/seed/car-endpoint.spec.ts?',
  ],
  [
    'doctor',
    'no test file matches "doctor" in project seed. specs/cli/doctor.spec.ts belongs to another project.',
  ],
  ['kubernetes', 'no test file matches "kubernetes" in project seed'],
])('a filter %j that matches nothing gets its hint', (typed, said) => {
  expect(describeNoFiles([typed], ['seed'], files)).toBe(said);
});
