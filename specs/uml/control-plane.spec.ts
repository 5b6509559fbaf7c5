import { describe, expect } from 'vitest';
import { renderVerdict } from '../../helpers/report/text/render-report.ts';
import { attach } from '../../helpers/report/results/evidence.ts';
import {
  auditBroken,
  type Defect,
  defectsOn,
  findMistakes,
  typeFixes,
} from '../diagnosis/defect.ts';
import { controlPlaneDefects } from '../diagnosis/defects/control-plane.ts';
import { labTest } from '../diagnosis/lab-test.ts';

/**
 * Defects of a swarm's control plane take minutes, because managers are patient: they are injected at night, and not by
 * "npm test". Machines of any provider can have them.
 */
const test = labTest('swarm-mode');

const layout = { color: false, width: 100 } as const;

const own = defectsOn('swarm-mode', controlPlaneDefects);

describe('A check of a swarm reports each defect of its control plane and nothing else', () => {
  for (const defect of own.filter(({ isPermanent = false }) => !isPermanent)) {
    test(`${defect.code}: ${defect.way}`, async ({ lab }) => {
      const report = await auditBroken(lab, [defect]);
      const verdict = renderVerdict(report, layout);
      await attach('the result of the check', verdict);
      expect(findMistakes([defect], report.diagnoses), verdict).toEqual([]);
    });
  }

  test('The printed fix makes tasks start that wait for a drained node', async ({ lab }) => {
    const [drained] = own.filter(({ way }): boolean => way.endsWith('is drained'));
    const { before, after } = await typeFixes(lab, [drained as Defect]);
    expect(findMistakes([drained as Defect], before.diagnoses)).toEqual([]);
    expect(after.verdict, renderVerdict(after, layout)).toBe('healthy');
    await lab.engine('master-host').services.remove('undrained');
  });

  test('The printed fix makes a manager the only one after all others have left', async ({
    lab,
    labs,
  }) => {
    const [left] = own.filter(({ isPermanent = false }) => isPermanent);
    const { before, after } = await typeFixes(lab, [left as Defect]);
    await attach('the result of the check', renderVerdict(before, layout));
    expect(findMistakes([left as Defect], before.diagnoses)).toEqual([]);
    const { alongside = [] } = left as Defect;
    expect(after.diagnoses, renderVerdict(after, layout)).toMatchObject(alongside);
    await labs.discard();
  });
});
