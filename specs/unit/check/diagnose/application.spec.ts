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
import { readIptables } from '../../../../helpers/check/observe/kernel/iptables-rules.ts';
import type { FirewallRule } from '../../../../helpers/check/model/views/kernel-view.ts';
import { isListening } from '../../../../helpers/check/observe/application/listening.ts';
import { withValue } from '../../../../helpers/check/model/observed.ts';
import { hostOf, kernelOf, observationOf } from '../observation.ts';

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
function report(
  answer: Partial<ApplicationAnswer>,
  ports: readonly Partial<PortAnswer>[] = [{}],
  firewall: readonly FirewallRule[] = [],
) {
  const view: ApplicationView = {
    answer: { ...healthy, ...answer },
    ports: ports.map((one) => ({ ...open, ...one })),
  };
  const application = { url, status: 200, body: 'Cruiser', container: 'web', database: 'db' };
  const observation = observationOf({
    application: withValue(view),
    hosts: [
      hostOf('left', { kernel: kernelOf({ firewall: withValue(firewall) }) }),
      hostOf('right', { address: '192.168.99.102' }),
    ],
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
    commands: found.flatMap(({ action }) => (action?.kind === 'fix' ? action.commands : [])),
  };
}

describe('An application', () => {
  test('that returns the expected answer from its database is healthy', () => {
    expect(report({})).toEqual({
      states: ['passed', 'passed', 'passed'],
      codes: [],
      places: [],
      commands: [],
    });
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

/** Returns the rules of one chain, as the check reads them. */
function readChain(table: string, chain: string, ...lines: string[]): FirewallRule[] {
  const saved = [`*${table}`, `:${chain} ACCEPT [9:9]`, ...lines, 'COMMIT', ''].join('\n');
  return readIptables('iptables-nft', saved, ['192.168.99.101']);
}

const raw = (...lines: string[]) => readChain('raw', 'PREROUTING', ...lines);
const forwarding = (...lines: string[]) => readChain('filter', 'FORWARD', ...lines);

describe('The firewall rule that blocks a published port', () => {
  const silent = { address: '192.168.99.101:80', error: 'no connection' };

  test('names the published port on arrival, or the port of the container behind it', () => {
    const before = raw('[3:180] -A PREROUTING -p tcp -m tcp --dport 80 -j DROP');
    expect(report({}, [silent], before).commands).toEqual([
      'iptables -t raw -D PREROUTING -p tcp -m tcp --dport 80 -j DROP'.split(' '),
    ]);
    const behind = forwarding('[3:180] -A FORWARD -p tcp -m tcp --dport 8000:8080 -j REJECT');
    expect(report({}, [silent], behind).commands).toEqual([
      'iptables -t filter -D FORWARD -p tcp -m tcp --dport 8000:8080 -j REJECT'.split(' '),
    ]);
  });

  test.for<[string, readonly FirewallRule[]]>([
    ['another port', raw('[3:180] -A PREROUTING -p tcp -m tcp --dport 8080 -j DROP')],
    [
      'the published port behind its forwarding',
      forwarding('[3:180] -A FORWARD -p tcp -m tcp --dport 80 -j DROP'),
    ],
    [
      'packets from elsewhere',
      raw('[3:180] -A PREROUTING -s 10.0.0.0/8 -p tcp -m tcp --dport 80 -j DROP'),
    ],
    [
      'a part of the packets',
      raw('[3:180] -A PREROUTING -p tcp -m tcp --dport 80 -m statistic --mode random -j DROP'),
    ],
    [
      'packets from anywhere but the host',
      raw('[3:180] -A PREROUTING ! -s 192.168.99.0/24 -p tcp -m tcp --dport 80 -j DROP'),
    ],
    [
      'packets of one interface',
      raw('[3:180] -A PREROUTING -i eth7 -p tcp -m tcp --dport 80 -j DROP'),
    ],
    [
      'packets in a state',
      raw('[3:180] -A PREROUTING -p tcp -m conntrack --ctstate INVALID -m tcp --dport 80 -j DROP'),
    ],
    [
      'another container',
      forwarding('[3:180] -A FORWARD -d 172.18.0.9/32 -p tcp -m tcp --dport 8080 -j DROP'),
    ],
    [
      'packets that a chain gets from elsewhere only',
      raw(
        ':guard - [0:0]',
        '[3:180] -A PREROUTING -s 10.0.0.0/8 -j guard',
        '[3:180] -A guard -p tcp -m tcp --dport 80 -j DROP',
      ),
    ],
    ['no packet yet', raw('[0:0] -A PREROUTING -p tcp -m tcp --dport 80 -j DROP')],
  ])('is not a rule for %s', ([, firewall]) => {
    const found = report({}, [silent], firewall);
    expect(found.codes).toEqual(['published-port-unreachable']);
    expect(found.commands).toEqual([]);
  });

  test('may be for packets from the host that gets no connection', () => {
    const near = raw('[3:180] -A PREROUTING -s 192.168.99.0/24 -p tcp -m tcp --dport 80 -j DROP');
    expect(report({}, [silent], near).commands).toHaveLength(1);
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
