import { describe, expect } from 'vitest';
import { drawConfusionMatrix } from './draw-confusion-matrix.ts';
import { renderVerdict } from '../../helpers/report/text/render-report.ts';
import { attach } from '../../helpers/report/results/evidence.ts';
import { type ConfusionRun, runOf } from './confusion-run.ts';
import type { AuditReport } from '../../helpers/check/model/report.ts';
import { auditBroken, type Defect, findMistakes, isDiagnosed, typeFixes } from './defect.ts';
import { type LabTest, labTest } from './lab-test.ts';
import { rounds, typed } from './rounds.ts';
import type { ClusterKind } from './topologies.ts';

/**
 * Breaks a cluster of one kind in several rounds. Each check must report the defects of its round and nothing else.
 *
 * @param describeMore adds tests on the same cluster, before the rounds
 */
export function describeRounds(
  kind: ClusterKind,
  describeMore: (test: LabTest) => void = () => {},
): void {
  const test = labTest(kind);
  describeMore(test);
  const runs: ConfusionRun[] = [];

  describe(`A check of a broken ${kind} cluster reports each defect, its location and nothing else`, () => {
    for (const defects of rounds[kind]) {
      test(titleOf(defects), async ({ lab }) => {
        const report = await auditBroken(lab, defects);
        const verdict = renderVerdict(report, { color: false, width: 100 });
        await attach('the result of the check', verdict);
        const mistakes = findMistakes(defects, report.diagnoses);
        runs.push(...defects.map((defect) => describeRun(kind, defect, { defects, report })));
        expect(mistakes, verdict).toEqual([]);
      });
    }

    test('The printed fixes, run on their hosts, make the cluster healthy', async ({ lab }) => {
      const { before, after } = await typeFixes(lab, typed[kind]);
      const verdict = renderVerdict(before, { color: false, width: 100 });
      await attach('the result of the check', verdict);
      expect(findMistakes(typed[kind], before.diagnoses), verdict).toEqual([]);
      expect(after.verdict, renderVerdict(after, { color: false, width: 100 })).toBe('healthy');
    });

    test('A check finds nothing after all defects are undone', async ({ lab }) => {
      const report = await lab.audit();
      runs.push(
        runOf(report, { cluster: kind, injected: 'healthy', way: 'after all defects were undone' }),
      );
      await attach(
        'injected and reported codes',
        await drawConfusionMatrix({ runs }),
        'image/svg+xml',
      );
      await attach('the same as data', runs);
      expect(report.verdict, renderVerdict(report, { color: false, width: 100 })).toBe('healthy');
    });
  });
}

function titleOf(defects: readonly Defect[]): string {
  return defects.map(({ code, way }) => `${code} (${way})`).join(', and ');
}

/** Returns the run of one defect of a round, without the findings for the other defects. */
function describeRun(
  kind: ClusterKind,
  defect: Defect,
  { defects, report }: { readonly defects: readonly Defect[]; readonly report: AuditReport },
): ConfusionRun {
  const others = defects.filter((other) => other !== defect);
  const diagnoses = report.diagnoses.filter(
    (one) => !others.some((other) => isDiagnosed(other, [one])),
  );
  return runOf(
    { ...report, diagnoses },
    {
      cluster: kind,
      injected: defect.code,
      way: defect.way,
      mistakes: findMistakes([defect], diagnoses),
    },
  );
}
