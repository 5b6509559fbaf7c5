import type { CategoryRule } from '@allurereport/core-api';
import { diagnosisCodes, diagnosisTitles } from '../check/codes.ts';

/** What kind of thing went wrong, for the report's categories. The first that fits counts. */
export const categories: CategoryRule[] = [
  // Checks of a cluster begin their message with the code of what they found.
  ...diagnosisCodes.map(
    (code): CategoryRule => ({
      name: `${code}: ${diagnosisTitles[code]}`,
      matchers: { statuses: ['failed'], message: new RegExp(`^(only because of )?${code}: `) },
    }),
  ),
  {
    name: 'The cluster behaves otherwise than the spec says',
    matchers: { statuses: ['failed'] },
  },
  {
    name: 'Something took longer than its limit',
    matchers: { statuses: ['broken'], message: /not (so|done) after|timed? ?out/i },
  },
  {
    name: 'Something could not be set up, taken down, or run at all',
    matchers: {
      statuses: ['broken'],
      labels: { feature: /^Set-up and take-down$/ },
    },
  },
  {
    name: 'The harness could not do what the spec asked of it',
    matchers: { statuses: ['broken'] },
  },
  { name: 'Not run', matchers: { statuses: ['skipped'] } },
];
