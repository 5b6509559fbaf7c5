import { samplesOf } from '../../check/derive/sampling.ts';
import type { AuditReport } from '../../check/model/report.ts';
import { countOf } from './count-of.ts';
import { traitsOf } from '../../check/model/cluster-traits.ts';

/** Returns the result in one line, without colors: "✖ topology seed: 1 finding". */
export function headlineOf(report: AuditReport): string {
  const { target, verdict, diagnoses, comparisons } = report;
  const sample = sampleOf(report);
  if (verdict === 'healthy') {
    return `✔ ${target}: healthy${sample === undefined ? '' : `, as far as examined: ${sample}`}`;
  }
  const open = comparisons.filter((one) => one.state === 'skipped' && one.because === 'failed');
  const undone = `${countOf(open.length, 'comparison')} could not run`;
  const members = partlyExamined(report);
  const parts = [members, sample && `examined ${sample}`].filter((one) => one !== undefined);
  const part = parts.length === 0 ? undefined : parts.join('; ');
  if (verdict === 'incomplete' && part !== undefined) {
    const also = open.length === 0 ? '' : `; ${undone}`;
    return `? ${target}: incomplete: ${part}; nothing wrong found there${also}`;
  }
  if (verdict === 'incomplete') {
    return `? ${target}: nothing wrong found, but ${open.length === 0 ? 'nothing could be examined' : undone}`;
  }
  const missing = [...(part === undefined ? [] : [part]), ...(open.length === 0 ? [] : [undone])];
  const more = missing.length === 0 ? '' : `; ${missing.join('; ')}, so there may be more`;
  return `✖ ${target}: ${countOf(diagnoses.length, 'finding')}${more}`;
}

/** "examined 1 of 5 nodes"; undefined when no known member was left out. */
function partlyExamined({ coverage, observation }: AuditReport): string | undefined {
  const { examined, known, unexamined } = coverage;
  if (unexamined.length === 0) return undefined;
  return `examined ${examined} of ${known} ${traitsOf(observation).members}`;
}

/** "400 of 2256 pairs of hosts, 1000 of 2256 pairs of containers"; undefined when everything was examined. */
function sampleOf({ observation }: AuditReport): string | undefined {
  const samples = samplesOf(observation);
  if (samples.length === 0) return undefined;
  return samples.map(({ what, examined, all }) => `${examined} of ${all} ${what}`).join(', ');
}
