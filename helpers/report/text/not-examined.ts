import type { Coverage } from '../../check/model/report.ts';

/** Lists the unexamined parts of a cluster, a line each: known members, and unsupported features. */
export function notExamined({ unexamined, unsupported }: Coverage): string[] {
  const members =
    unexamined.length === 0 ? [] : [`members of the cluster: ${unexamined.join(', ')}`];
  return [...members, ...unsupported];
}
