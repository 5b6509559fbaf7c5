import { describe, expect, test } from 'vitest';
import {
  combineRuns,
  findSlowPaths,
  findUnkept,
  type PerfResult,
  type Sample,
} from '../../../helpers/perf/perf-result.ts';
import { drawPerf } from '../../../helpers/report/pictures/draw-perf.ts';
import { perfToText } from '../../../helpers/report/text/perf-to-text.ts';

const sample: Sample = {
  tcp1: 10_000,
  tcp8: 12_000,
  udp: 100,
  udpLoss: 0,
  rrP50: 20,
  rrP90: 25,
  rrP99: 40,
  rrP999: 90,
  crrP50: 100,
  crrP90: 120,
  crrP99: 200,
  crrP999: 400,
  cpuSender: 0.2,
  cpuReceiver: 0.5,
  memorySender: 3,
  memoryReceiver: 4,
};

/** Returns the result of three runs, in which the overlay has this part of the throughput and multiple of the times. */
function resultOf(throughput: number, time: number, change: Partial<Sample> = {}): PerfResult {
  const factors = [1, 1.5, 0.9];
  const slower = (factor: number): Sample => ({
    ...sample,
    tcp1: sample.tcp1 * throughput * factor,
    tcp8: sample.tcp8 * throughput * factor,
    rrP50: sample.rrP50 * time * factor,
    rrP99: sample.rrP99 * time * factor,
    ...change,
  });
  const paths = combineRuns([
    { kind: 'underlay', samples: [sample, sample, sample] },
    { kind: 'overlay', network: 'my-net', samples: factors.map(slower) },
  ]);
  return {
    topology: 'seed',
    from: 'master-host',
    to: 'worker-host',
    at: '2026-01-01T00:00:00.000Z',
    runs: 3,
    seconds: 2,
    paths,
    skipped: [{ kind: 'vip', because: 'no IPVS' }],
    findings: findSlowPaths({ from: 'master-host', to: 'worker-host', paths }),
  };
}

describe('a measurement', () => {
  test('compares medians with the path between the hosts', () => {
    const [underlay, overlay] = resultOf(0.5, 2).paths;
    expect(underlay?.ratios).toBeUndefined();
    expect(overlay?.ratios).toMatchObject({ tcp1: 0.5, tcp8: 0.5, rrP50: 2, rrP99: 2, udp: 1 });
    expect(overlay?.measures.tcp1).toEqual({
      median: 5000,
      lowest: 4500,
      highest: 7500,
      each: [5000, 7500, 4500],
    });
  });

  test('keeps a share that it reaches, and names each path and value that does not', () => {
    expect(findUnkept(resultOf(0.6, 3), { throughput: 0.6, p99: 3 })).toEqual([]);
    expect(findUnkept(resultOf(0.59, 3), { throughput: 0.6, p99: 3 })).toEqual([
      'overlay my-net: the throughput of 1 TCP stream is 0.59 of that between the hosts, below 0.6',
      'overlay my-net: the throughput of 8 TCP streams is 0.59 of that between the hosts, below 0.6',
    ]);
    expect(findUnkept(resultOf(0.6, 3.1), { throughput: 0.6, p99: 3 })).toEqual([
      'overlay my-net: p99 of the response times is 3.10 times that between the hosts, above 3',
    ]);
    expect(findUnkept(resultOf(1, 1, { udpLoss: 7 }), { loss: 1 })).toEqual([
      'overlay my-net: the loss of UDP is 7.00 %, above 1',
    ]);
  });

  test('without a comparison keeps nothing', () => {
    const { paths } = resultOf(1, 1);
    expect(findUnkept({ paths: paths.slice(0, 1) }, { throughput: 0.1 })).toHaveLength(1);
    expect(findUnkept({ paths: [] }, {})).toHaveLength(1);
  });

  test('has a finding only for a path that is slow out of proportion', () => {
    expect(resultOf(0.2, 9).findings).toEqual([]);
    expect(resultOf(0.05, 1).findings).toMatchObject([
      {
        code: 'overlay-slow',
        path: 'overlay my-net',
        where: { host: 'master-host', peer: 'worker-host', network: 'my-net' },
      },
    ]);
    expect(resultOf(1, 11).findings[0]?.summary).toBe(
      'overlay my-net: a request takes 11.0 times as long as between the hosts',
    );
  });

  test('is a table with the spread of the runs and the ratios', () => {
    const text = perfToText(resultOf(0.5, 20));
    expect(text).toMatch(/TCP, 1 stream +5\.00 Gbit\/s \(4\.50 Gbit\/s to 7\.50 Gbit\/s\) +50 %/);
    expect(text).toMatch(/ p99 +800 µs \(720 µs to 1\.20 ms\) +× 20\.00/);
    expect(text).toContain('not measured: vip: no IPVS');
    expect(text).toContain(
      ' 1  overlay-slow · master-host → worker-host, network my-net\n    overlay my-net: a request takes 20.0 times',
    );
    expect(text).toContain('    overlay-e2e check\n    see       docs/diagnoses/overlay-slow.md');
  });

  test('is a picture with a bar for each path', async () => {
    const svg = await drawPerf(resultOf(0.5, 2));
    expect(svg).toMatch(/^<svg/);
    expect(svg).toContain('TCP, 1 stream, overlay my-net: 5000 Mbit/s, 4500 to 7500.');
    expect(svg).toContain('Performance: seed, master-host → worker-host');
  });
});
