import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeTrace } from '../../../../helpers/check/trace/describe-trace.ts';
import type { TraceRecording } from '../../../../helpers/check/trace/recording.ts';
import type { TraceReport } from '../../../../helpers/check/model/trace.ts';

/**
 * Recorded in the topology `swarm-mode` with engine 26.1.5: an ICMP echo from tomcat-app on master-host to mysqlserver on
 * worker-host, with a fault that the name says. The last two: a connection to a service, and one to a published port of
 * it from outside, in a swarm of two machines with their own kernels.
 */
export type Recorded =
  | 'healthy'
  | 'vxlan-blocked'
  | 'reply-blocked'
  | 'forwarding-missing'
  | 'neighbor-wrong'
  | 'neighbor-missing'
  | 'dropped-in-container'
  | 'service'
  | 'published-port';

export function recordingOf(name: Recorded): TraceRecording {
  const file = join(import.meta.dirname, 'recordings', `${name}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as TraceRecording;
}

/** The report of a recording. */
export function reportOf(recording: TraceRecording): TraceReport {
  return {
    target: 'topology swarm-mode',
    startedAt: '2026-12-01T18:40:00.000Z',
    milliseconds: 2400,
    ...describeTrace(recording),
    unobserved: [],
  };
}
