import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { MeasurementReport } from '../../../helpers/measure/measurement.ts';
import { recoveryOf, type RecoveryRun } from '../../recovery/recovery-run.ts';
import { describeRecovery, range, readRecovery } from '../../recovery/write-recovery.ts';

const root = join(import.meta.dirname, '../../..');
const recordings = join(root, 'specs/unit/measure/recordings');
const place = { topology: 'seed@20.10.5', fault: 'partition worker-host' };

function readRecording(name: string): MeasurementReport {
  return JSON.parse(readFileSync(join(recordings, name), 'utf8')) as MeasurementReport;
}

/** The cells of the rows of the page. */
function rowsOf(...runs: readonly RecoveryRun[]): string[][] {
  return describeRecovery({ date: '2026-12-02', computer: 'one', load: [1, 1], runs: [...runs] })
    .split('\n')
    .filter((line) => line.startsWith('| seed'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
}

describe('The figures of a measured fault', () => {
  test('have its longest outages, and the time until all layers were correct', () => {
    const report = readRecording('partition.json');
    const run = recoveryOf(report, place);
    const [fault] = report.faults;
    const { lastLayer } = report;
    expect(run.left).toEqual([]);
    expect(run.duration).toBe((fault?.to ?? 0) - (fault?.from ?? 0));
    expect(run.recovery).toBe((lastLayer?.at ?? 0) - (fault?.to ?? 0));
    expect(run.lastLayer).toBe(lastLayer?.layer);
    const tcp = report.paths
      .filter(({ kind }) => kind === 'tcp')
      .flatMap(({ outages }) => outages.map(({ from, to = Infinity }) => to - from));
    expect(tcp.length).toBeGreaterThan(0);
    expect(run.outages.tcp).toBe(Math.max(...tcp));
  });

  test('have no time of recovery, but the codes, if something never recovered', () => {
    const report = readRecording('partition.json');
    const [path] = report.paths.filter(({ kind }) => kind === 'tcp');
    if (path === undefined) throw new Error('the recording has no TCP path');
    const finding = { code: 'vxlan-blocked', where: 'worker-host', summary: '' } as const;
    const run = recoveryOf(
      {
        ...report,
        paths: [{ ...path, outages: [{ from: 10, because: ['no answer'] }] }],
        neverRecovered: { paths: [path], layers: ['packets'], findings: [finding, finding] },
      },
      place,
    );
    expect(run.left).toEqual(['vxlan-blocked', 'tcp paths']);
    expect(run.recovery).toBeUndefined();
    expect(run.outages).toEqual({ tcp: null, stream: 0, name: 0, http: 0 });
  });
});

test('a range has the shortest and the longest time, and says how often there was no end', () => {
  expect(range([1210])).toBe('1.2 s');
  expect(range([410, 1210])).toBe('0.4–1.2 s');
  expect(range([0, 0])).toBe('none');
  expect(range([0, 1210])).toBe('0.0–1.2 s');
  expect(range([1210, null])).toBe('1.2 s, once never');
  expect(range([null, 1210, null])).toBe('1.2 s, 2 times never');
  expect(range([null])).toBe('never');
});

test('a run without a figure for an open connection leaves it out', () => {
  const run = {
    ...place,
    duration: 5000,
    outages: { tcp: 5100, name: 0, http: null },
    recovery: 2900,
    lastLayer: 'application',
    left: [],
  };
  const cells = ['', 'seed@20.10.5', 'partition worker-host', '5.1 s'];
  const rest = ['none', 'never', '2.9 s', 'application', '', ''];
  expect(rowsOf(run)).toEqual([[...cells, '', ...rest]]);
  const open = (stream: number | null) => ({ ...run, outages: { ...run.outages, stream } });
  expect(rowsOf(run, open(6000))).toEqual([[...cells, '6.0 s', ...rest]]);
  expect(rowsOf(open(null))).toEqual([[...cells, 'never', ...rest]]);
});

test('the page about recovery times has the figures of its data', async () => {
  const page = readFileSync(join(root, 'docs/recovery.md'), 'utf8');
  expect(page).toBe(describeRecovery(await readRecovery(join(root, 'docs'))));
});
