import { type DiagnosisCode, diagnosisCodes } from '../../../check/model/codes.ts';

/** The label by which a result says which defects the cluster had when it failed. */
export const diagnosisLabel = 'diagnosis';

const atStart = new RegExp(`^(?:only because of )?(${diagnosisCodes.join('|')}): `);

/** The code with which a check of a cluster begins its message; undefined when it is something else that failed. */
export function codeIn(message: string): DiagnosisCode | undefined {
  const [, found] = atStart.exec(message) ?? [];
  return diagnosisCodes.find((code) => code === found);
}
