import { describe, expect, test } from 'vitest';
import {
  readPercentiles,
  readTcpThroughput,
  readUdpThroughput,
} from '../../../helpers/perf/read-tools.ts';

const tcp = {
  start: { version: 'iperf 3.18' },
  end: {
    sum_sent: { bits_per_second: 9e9, retransmits: 3 },
    sum_received: { seconds: 2, bytes: 2e9, bits_per_second: 8e9 },
    cpu_utilization_percent: { host_total: 50, remote_total: 80 },
  },
};

describe('the output of iperf3', () => {
  test('has the throughput that arrived, and the processor time for each gigabyte', () => {
    expect(readTcpThroughput('TCP', JSON.stringify(tcp), 2)).toEqual({
      rate: 8000,
      cpuSender: 0.5,
      cpuReceiver: 0.8,
    });
  });

  test('has the loss of UDP as the receiver counts it', () => {
    const sum = { bits_per_second: 1e8, lost_percent: 0 };
    const received = { bits_per_second: 9e7, lost_percent: 10 };
    const text = JSON.stringify({ end: { sum, sum_received: received } });
    expect(readUdpThroughput('UDP', text)).toEqual({ rate: 90, loss: 10 });
    const older = JSON.stringify({ end: { sum: { bits_per_second: 1e8, lost_percent: 25 } } });
    expect(readUdpThroughput('UDP', older)).toEqual({ rate: 75, loss: 25 });
  });

  test.for([
    ['', /it printed no JSON/],
    ['{"end":', /it printed no JSON/],
    ['{}', /an unknown format/],
    ['{"error":"unable to connect to server"}', /unable to connect to server/],
    [JSON.stringify({ end: { ...tcp.end, sum_received: { bits_per_second: -1 } } }), /unknown/],
  ] as const)('is refused: %s', ([text, said]) => {
    expect(() => readTcpThroughput('TCP', text, 2)).toThrow(said);
  });
});

describe('the output of the program for response times', () => {
  test('has percentiles', () => {
    const line = '{"count":5,"p50":18.4,"p90":20,"p99":31.5,"p999":31.5}\n';
    expect(readPercentiles('responses', line)).toMatchObject({ count: 5, p50: 18.4 });
  });

  test.for(['{"count":0,"p50":,"p90":,"p99":,"p999":}', '{"count":1}', 'x'.repeat(9)])(
    'is refused: %s',
    (text) => {
      expect(() => readPercentiles('responses', text)).toThrow(/responses/);
    },
  );
});
