import { type Diagnosis, identityOf } from '../model/diagnosis.ts';
import type { AuditReport } from '../model/report.ts';
import { placeInWords } from '../model/format-place.ts';

/** What a round of `--watch` came to: a report, or why there is none. */
export type Round = { readonly report: AuditReport } | { readonly failure: string };

/** What is other than in the round before, a line each; nothing when all is the same. */
export function describeChanges(before: Round, now: Round): string[] {
  if ('failure' in now) {
    const isNews = !('failure' in before) || before.failure !== now.failure;
    return isNews ? [`? could not check: ${now.failure}`] : [];
  }
  const past = 'failure' in before ? [] : before.report.diagnoses;
  const { diagnoses, verdict } = now.report;
  const [had, has] = [past, diagnoses].map((all) => new Set(all.map(identityOf)));
  const isOther = 'failure' in before || before.report.verdict !== verdict;
  return [
    ...past.filter((one) => !has?.has(identityOf(one))).map((one) => `✔ gone: ${inWords(one)}`),
    ...diagnoses.filter((one) => !had?.has(identityOf(one))).map((one) => `✖ new: ${inWords(one)}`),
    ...(isOther ? [`now ${verdict}`] : []),
  ];
}

function inWords({ code, where, summary }: Diagnosis): string {
  return `${code}, ${placeInWords(where)}: ${summary}`;
}
