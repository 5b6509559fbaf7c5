import { expect } from 'vitest';
import { attach } from '../../helpers/report/results/evidence.ts';
import { findingsOf, textOf } from './findings.ts';
import { checkBroken, type FixedDefect, type FixedLab, fixBroken } from './fixed-defect.ts';

/**
 * Injects a defect. Expects that a check finds it, at its location and alone, and that the cluster is healthy after the
 * printed fixes were typed.
 */
export async function expectFoundAndFixed<Lab extends FixedLab>(
  lab: Lab,
  defect: FixedDefect<Lab> & { readonly hop?: string },
): Promise<void> {
  const { code, mentions, hop } = defect;
  const broken = await checkBroken(lab, defect);
  const { report, where } = broken;
  const found = findingsOf(report);
  const expected = mentions === undefined ? where : expect.objectContaining(where);
  expect(found, textOf(report)).toEqual([{ code, where: expected }]);
  if (mentions !== undefined) expect(Object.values(found[0]?.where ?? {})).toContain(mentions);
  if (hop !== undefined) {
    expect(report.diagnoses).toMatchObject([{ evidence: [{ observed: { 'ends at': hop } }] }]);
  }
  const { restarted, after } = await fixBroken(lab, defect, broken);
  for (const one of restarted)
    await attach('the result of the check after the restart', textOf(one));
  expect(findingsOf(after), textOf(after)).toEqual([]);
  expect(after, textOf(after)).toMatchObject({ verdict: 'healthy' });
}
