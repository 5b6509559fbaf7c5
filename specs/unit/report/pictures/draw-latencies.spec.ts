import { expect, test } from 'vitest';
import { withValue, withoutValue, valueOf } from '../../../../helpers/check/model/observed.ts';
import type { PathsView } from '../../../../helpers/check/model/views/paths-view.ts';
import { drawLatencies } from '../../../../helpers/report/pictures/draw-latencies.ts';
import {
  type LatencyGroup,
  latenciesOf,
  latencyInWords,
} from '../../../../helpers/report/pictures/latencies.ts';
import { reportOf } from '../findings/reports.ts';
import { shapesOf, textsOf } from '../read-svg.ts';

const echoes: LatencyGroup = {
  title: 'over my-net',
  kind: 'echo',
  series: [
    { name: 'tomcat-app → mysqlserver', milliseconds: [0.4, 0.1, 0.2, 12], lost: 0 },
    { name: 'mysqlserver → tomcat-app', milliseconds: [], lost: 2 },
  ],
};

test('The median, the range and the loss are given in words', () => {
  const series = { name: 'a → b', lost: 0 };
  expect(
    [[3, 1, 2], [4, 1, 2, 3], [7]].map((milliseconds) =>
      latencyInWords({ ...series, milliseconds }),
    ),
  ).toEqual([
    'median 2.00 ms of 3, 1.00 ms to 3.00 ms',
    'median 2.50 ms of 4, 1.00 ms to 4.00 ms',
    'median 7.00 ms of 1, 7.00 ms to 7.00 ms',
  ]);
  expect(latencyInWords({ ...series, milliseconds: [12.34], lost: 1 })).toBe(
    '✖ median 12.3 ms of 1, 12.3 ms to 12.3 ms, 1 lost',
  );
});

test('The picture of latencies has a mark for each time, in order of the times, and the words', async () => {
  const svg = await drawLatencies('topology seed', [echoes]);
  const strokes = shapesOf(svg).map(({ title, left, right }) => ({
    title,
    at: (left + right) / 2,
  }));
  expect(strokes.toSorted((one, other) => one.at - other.at).map(({ title }) => title)).toEqual(
    [0.1, 0.2, 0.4, 12].map((value) => `tomcat-app → mysqlserver: ${value.toFixed(3)} ms`),
  );
  expect(textsOf(svg)).toEqual(
    expect.arrayContaining([
      'tomcat-app → mysqlserver',
      'median 0.30 ms of 4, 0.10 ms to 12.0 ms',
      'mysqlserver → tomcat-app',
      '✖ no answer, 2 lost',
    ]),
  );
});

test('Latencies of one kind have the same scale, so that layers can be compared', async () => {
  const fast = {
    title: 'outside',
    kind: 'echo',
    series: [{ name: 'a → b', milliseconds: [0.1], lost: 0 }],
  } as const;
  const slow = {
    title: 'requests',
    kind: 'request',
    series: [{ name: 'GET', milliseconds: [50, 90], lost: 0 }],
  } as const;
  const shapes = shapesOf(await drawLatencies('seed', [fast, echoes, slow]));
  const at = (title: string) => shapes.find((one) => one.title === title)?.left;
  expect(at('a → b: 0.100 ms')).toBe(at('tomcat-app → mysqlserver: 0.100 ms'));
  expect(at('GET: 50.000 ms')).toBeLessThan(at('tomcat-app → mysqlserver: 12.000 ms') ?? 0);
});

test('Measurements are grouped by layer; a missing one has its reason', () => {
  const { paths } = reportOf(2).observation;
  const ways = { milliseconds: [0.2], lost: 0 };
  const view: PathsView | undefined = valueOf(paths);
  if (view === undefined) throw new Error('no paths');
  const timings = [
    { network: undefined, from: end('master-host'), to: end('worker-host'), ...ways },
    {
      network: 'my-net',
      from: end('master-host', 'tomcat-app'),
      to: end('worker-host', 'mysqlserver'),
      ...ways,
    },
  ];
  const requests = {
    url: 'http://192.168.99.101:8080/rest/car/1',
    milliseconds: [],
    failures: ['answered with 500'],
  };
  expect(inLines(latenciesOf(withValue({ ...view, timings }), requests))).toEqual([
    ['ICMP echo between hosts, outside the overlay', 'master-host → worker-host', ''],
    ['ICMP echo between containers, over my-net', 'tomcat-app → mysqlserver', ''],
    ['Requests to the car service, from outside', 'GET …/car/1', 'answered with 500'],
  ]);
  expect(inLines(latenciesOf(withoutValue('no probe could be started'), undefined))).toEqual([
    ['Echoes', 'no probe could be started'],
    ['Requests to the car service, from outside', 'no car service'],
  ]);
});

test('A picture without measurements shows their reasons', async () => {
  const svg = await drawLatencies(
    'seed',
    latenciesOf(withoutValue('no probe could be started'), undefined),
  );
  expect(textsOf(svg)).toEqual(
    expect.arrayContaining(['no probe could be started', 'no car service']),
  );
});

function inLines(groups: readonly LatencyGroup[]): string[][] {
  return groups.map(({ title, series, missing = '' }) => [
    title,
    ...series.map(({ name }) => name),
    missing,
  ]);
}

function end(host: string, container?: string) {
  return { host, container, address: '10.0.9.2' };
}
