import type { Coverage } from '../../check/model/report.ts';

/** What of a cluster was not examined, a line each: known members, and what no check supports. */
export function notExamined({ unexamined, unsupported }: Coverage): string[] {
  const members =
    unexamined.length === 0 ? [] : [`members of the cluster: ${unexamined.join(', ')}`];
  return [...members, ...unsupported];
}
