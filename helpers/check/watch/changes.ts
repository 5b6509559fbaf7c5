import { type Diagnosis, identityOf } from '../model/diagnosis.ts';
import type { AuditReport } from '../model/report.ts';
import { type Flapping, WINDOW } from './flapping.ts';
import { placeInWords } from '../model/difference.ts';

/** The result of one check of `--watch`: a report, or the reason for none. */
export type Round = { readonly report: AuditReport } | { readonly failure: string };

/** Returns one line per change since the last check; none without a change. */
export function describeChanges(before: Round, now: Round): string[] {
  if ('failure' in now) {
    const isNews = !('failure' in before) || before.failure !== now.failure;
    return isNews ? [`? check failed: ${now.failure}`] : [];
  }
  const past = 'failure' in before ? [] : before.report.diagnoses;
  const { diagnoses, verdict } = now.report;
  const [had, has] = [past, diagnoses].map((all) => new Set(all.map(identityOf)));
  const isOther = 'failure' in before || before.report.verdict !== verdict;
  return [
    ...past.filter((one) => !has?.has(identityOf(one))).map((one) => `✔ resolved: ${inWords(one)}`),
    ...diagnoses.filter((one) => !had?.has(identityOf(one))).map((one) => `✖ new: ${inWords(one)}`),
    ...(isOther ? [`result: ${verdict}`] : []),
  ];
}

/** Describes a finding that has begun to come and go. */
export function describeFlapping({ diagnosis, appearances }: Flapping): string {
  const times = `${appearances} times in ${WINDOW / 60_000} minutes`;
  return `~ flapping, ${times}: ${inWords(diagnosis)}`;
}

function inWords({ code, where, summary }: Diagnosis): string {
  return `${code}, ${placeInWords(where)}: ${summary}`;
}
