import {
  type Comparison,
  type ComparisonOutcome,
  outcomeOf,
  skipped,
} from '../../model/comparison.ts';
import type { Difference, Place } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import type { ApplicationAnswer } from '../../model/views/application-view.ts';
import { withoutValue } from '../../model/observed.ts';
import type { ExpectedApplication } from '../../model/target.ts';

/** The expected application answers, and exactly as it must. */
export const applicationAnswers: Comparison = {
  name: 'application-answers',
  title: 'the application gives the expected answer',
  layer: 'application',
  needs: 'api',
  compare: (observation) =>
    ofApplication(observation, (expected, answer, where) => {
      const { url, status, body, error } = answer;
      if (status !== expected.status) {
        return outcomeOf(
          [
            {
              kind: 'application-fails',
              where,
              expected: { status: expected.status },
              observed: { status: status ?? null, body: body ?? null, error },
              text: `${url}: ${status === undefined ? (error ?? 'no answer') : `status ${status} instead of ${expected.status}`}`,
            },
          ],
          [],
        );
      }
      const differences: Difference[] =
        body === expected.body
          ? []
          : [
              {
                kind: 'application-mismatch',
                where,
                expected: expected.body,
                observed: body ?? null,
                text: `${url} gives an unexpected answer: ${beginningOf(body ?? '')}${describeRow(answer)}`,
              },
            ];
      return outcomeOf(differences, [`${url}: ${status}, ${body?.length ?? 0} characters`]);
    }),
};

/** Its answer is out of its database, and not out of a copy. */
export const applicationFromDatabase: Comparison = {
  name: 'application-from-database',
  title: 'the answer of the application comes from its database',
  layer: 'application',
  needs: 'api',
  compare: (observation) =>
    ofApplication(observation, (expected, { url, status, body, database }, where) => {
      if (expected.isCarService !== true) {
        return skipped(
          withoutValue('only the database of the car service can be queried', 'not-applicable'),
        );
      }
      if (database === undefined) {
        return skipped(withoutValue(`${url} gave no answer to compare (${status ?? 'none'})`));
      }
      if ('error' in database) return skipped(withoutValue(database.error));
      const { queries, row } = database;
      const isOut = queries > 0 && (row === body || body !== expected.body);
      if (isOut) return outcomeOf([], [`${queries} queries; the row is ${row}`]);
      const name = expected.database ?? 'its database';
      return outcomeOf(
        [
          {
            kind: 'application-without-database',
            where,
            expected: { queries: 1, row },
            observed: { queries, body: body ?? null },
            text:
              queries > 0
                ? `${url} gives the expected answer, but ${name} has a different row: ${row}`
                : `${url} answers without a query to ${name}`,
          },
        ],
        [],
      );
    }),
};

function ofApplication(
  { expectations, application, hosts }: Observation,
  compare: (
    expected: ExpectedApplication,
    answer: ApplicationAnswer,
    where: Place,
  ) => ComparisonOutcome,
): ComparisonOutcome {
  const { application: expected, containers = [] } = expectations;
  if (expected === undefined) {
    return skipped(withoutValue('no application is expected', 'not-applicable'));
  }
  if ('missing' in application) return skipped(application);
  const { answer } = application.value;
  if (answer === undefined) return skipped(withoutValue(`no request was sent to ${expected.url}`));
  const { container } = expected;
  const known = containers.find(({ name }) => name === container)?.host;
  const host = known ?? hosts.find(({ address }) => expected.url.includes(`//${address}:`))?.name;
  return compare(expected, answer, { host, container });
}

/** The number of characters of an answer that are shown; an answer may be a whole page. */
const SHOWN = 200;

function beginningOf(body: string): string {
  return body.length > SHOWN ? `${body.slice(0, SHOWN)}… (${body.length} characters)` : body;
}

function describeRow({ database }: ApplicationAnswer): string {
  return database !== undefined && 'row' in database
    ? `; the row in the database: ${beginningOf(database.row)}`
    : '';
}
