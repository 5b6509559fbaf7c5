import { Status } from 'allure-js-commons';
import type { Category } from 'allure-js-commons/sdk';

/** What kind of thing went wrong, for the report's categories. The first that fits counts. */
export const categories: Category[] = [
  {
    name: 'The cluster behaves otherwise than the spec says',
    matchedStatuses: [Status.FAILED],
  },
  {
    name: 'Set-up, take-down or a file could not be run',
    messageRegex: /^(.*can be run|.*hook.*)/,
    matchedStatuses: [Status.BROKEN],
  },
  {
    name: 'Something took longer than its limit',
    messageRegex: /.*(not (so|done) after|[Tt]imed? ?out).*/s,
    matchedStatuses: [Status.BROKEN],
  },
  {
    name: 'The harness could not do what the spec asked',
    matchedStatuses: [Status.BROKEN],
  },
  { name: 'Not run', matchedStatuses: [Status.SKIPPED] },
];
