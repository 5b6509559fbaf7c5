import { describe, expect, test } from 'vitest';
import {
  applicationAnswers,
  applicationFromDatabase,
} from '../../../../helpers/check/compare/application/application.ts';
import { publishedPorts } from '../../../../helpers/check/compare/application/published-ports.ts';
import type { Difference } from '../../../../helpers/check/model/difference.ts';
import {
  applicationError,
  applicationNotFromDatabase,
  applicationWrongAnswer,
  publishedPortUnreachable,
} from '../../../../helpers/check/diagnose/application/application.ts';
import { diagnoseDifferences } from '../../../../helpers/check/diagnose/diagnose.ts';
import type {
  ApplicationAnswer,
  ApplicationView,
  PortAnswer,
} from '../../../../helpers/check/model/views/application-view.ts';
import { isListening } from '../../../../helpers/check/observe/application/listening.ts';
import { withValue } from '../../../../helpers/check/model/observed.ts';
import { observationOf } from '../observation.ts';

const url = 'http://192.168.99.101:8080/car/1';
const comparisons = [publishedPorts, applicationAnswers, applicationFromDatabase];
const rules = [
  publishedPortUnreachable,
  applicationNotFromDatabase,
  applicationError,
  applicationWrongAnswer,
];

const healthy: ApplicationAnswer = {
  url,
  status: 200,
  body: 'Cruiser',
  error: undefined,
  database: { queries: 1, row: 'Cruiser' },
};

const open: PortAnswer = {
  host: 'left',
  container: 'web',
  address: '192.168.99.101:8080',
  containerPort: '8080/tcp',
  from: 'right',
  error: undefined,
  isListening: true,
};

/** Returns the report of the comparisons and rules for applications. */
function report(answer: Partial<ApplicationAnswer>, ports: readonly Partial<PortAnswer>[] = [{}]) {
  const view: ApplicationView = {
    answer: { ...healthy, ...answer },
    ports: ports.map((one) => ({ ...open, ...one })),
  };
  const application = { url, status: 200, body: 'Cruiser', container: 'web', database: 'db' };
  const observation = observationOf({
    application: withValue(view),
    expectations: {
      application: { ...application, isCarService: true },
      containers: [{ name: 'web', host: 'left' }],
    },
  });
  const outcomes = comparisons.map((check) => check.compare(observation));
  const differences = outcomes.flatMap((one): readonly Difference[] =>
    one.state === 'failed' ? one.differences : [],
  );
  const found = diagnoseDifferences(differences, observation, rules);
  return {
    states: outcomes.map(({ state }) => state),
    codes: found.map(({ code }) => code),
    places: found.map(({ where }) => where),
  };
}

describe('An application', () => {
  test('that returns the expected answer from its database is healthy', () => {
    expect(report({})).toEqual({ states: ['passed', 'passed', 'passed'], codes: [], places: [] });
  });

  test('with an error response or no response is one finding', () => {
    expect(report({ status: 503, database: undefined })).toMatchObject({
      codes: ['application-error'],
      places: [{ host: 'left', container: 'web' }],
    });
    expect(report({ status: undefined, error: 'no answer', database: undefined }).codes).toEqual([
      'application-error',
    ]);
  });

  test('that returns its row, which is not the expected one, has a wrong answer', () => {
    const wrong = { body: 'Stranger', database: { queries: 1, row: 'Stranger' } };
    expect(report(wrong).codes).toEqual(['application-wrong-answer']);
  });

  test('whose database runs no query has its answer from another source, correct or not', () => {
    const database = { queries: 0, row: 'Cruiser' };
    expect(report({ database }).codes).toEqual(['application-not-from-database']);
    expect(report({ database, body: 'Old' }).codes).toEqual(['application-not-from-database']);
  });

  test('that returns the expected answer while the row differs has it from another source', () => {
    expect(report({ database: { queries: 1, row: 'Stranger' } }).codes).toEqual([
      'application-not-from-database',
    ]);
  });

  test('whose database cannot be queried is not examined', () => {
    expect(report({ database: { error: 'no such container' } }).states).toEqual([
      'passed',
      'passed',
      'skipped',
    ]);
  });
});

describe('A published port', () => {
  const silent = { error: 'no connection' };

  test('that cannot be reached is one finding, and the error of the application is a consequence', () => {
    const unreached = { status: undefined, error: 'no answer', database: undefined };
    expect(report(unreached, [silent, { ...silent, from: undefined }])).toMatchObject({
      codes: ['published-port-unreachable'],
      places: [{ host: 'left', container: 'web' }],
    });
    expect(report({}, [{}, { ...silent, from: undefined }]).codes).toEqual([
      'published-port-unreachable',
    ]);
  });

  test('without a listener in the container is no finding about the path to it', () => {
    expect(report({}, [{ ...silent, isListening: false }]).codes).toEqual([]);
  });
});

test('A listening socket is a line of the kernel table with its port and the state LISTEN', () => {
  const table = `  sl  local_address rem_address   st tx_queue
   0: 0B00007F:A1F3 00000000:0000 0A 00000000:00000000
   1: 00000000:1F90 0100000A:1234 01 00000000:00000000
   2: 0200090A:1F91 00000000:0000 0A 00000000:00000000`;
  expect([41459, 8080, 8081].map((port) => isListening([table], port))).toEqual([
    true,
    false,
    true,
  ]);
});
