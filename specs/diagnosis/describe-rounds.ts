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
 * A cluster of that kind is broken in one round after the other; each audit must tell of its round, and of no more.
 *
 * @param describeMore what else is tried on the same cluster, before
 */
export function describeRounds(
  kind: ClusterKind,
  describeMore: (test: LabTest) => void = () => {},
): void {
  const test = labTest(kind);
  describeMore(test);
  const runs: ConfusionRun[] = [];

  describe(`What is broken in a cluster of ${kind} is said with its code and its place, and nothing else`, () => {
    for (const defects of rounds[kind]) {
      test(titleOf(defects), async ({ lab }) => {
        await lab.settle();
        const report = await auditBroken(lab, defects);
        const verdict = renderVerdict(report, { color: false, width: 100 });
        await attach('the verdict', verdict);
        const mistakes = findMistakes(defects, report.diagnoses);
        runs.push(...defects.map((defect) => describeRun(kind, defect, { defects, report })));
        expect(mistakes, verdict).toEqual([]);
      });
    }

    test('each fix is typed as it is printed, on its host, and nothing is wrong any more', async ({
      lab,
    }) => {
      await lab.settle();
      const { before, after } = await typeFixes(lab, typed[kind]);
      const verdict = renderVerdict(before, { color: false, width: 100 });
      await attach('the verdict', verdict);
      expect(findMistakes(typed[kind], before.diagnoses), verdict).toEqual([]);
      expect(after.verdict, renderVerdict(after, { color: false, width: 100 })).toBe('healthy');
    });

    test('of the cluster that was broken so often and mended, nothing at all', async ({ lab }) => {
      await lab.settle();
      const report = await lab.audit();
      runs.push(runOf(report, { cluster: kind, injected: 'healthy', way: 'all is mended' }));
      await attach(
        'what was injected, and what was reported',
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

/** What the audit of a round says of one of its defects: what it says of the others is theirs. */
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
