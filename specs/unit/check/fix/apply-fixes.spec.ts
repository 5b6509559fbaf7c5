import { describe, expect, test } from 'vitest';
import { diagnoseObservation } from '../../../../helpers/check/audit.ts';
import { kernelForwarding } from '../../../../helpers/check/compare/kernel/forwarding.ts';
import { diagnoseDifferences } from '../../../../helpers/check/diagnose/diagnose.ts';
import type { AuditReport } from '../../../../helpers/check/model/report.ts';
import { applyFixes } from '../../../../helpers/check/fix/apply-fixes.ts';
import { isToBePrinted } from '../../../../helpers/cli/overlay-e2e/check/is-to-be-printed.ts';
import { half, MYSQL, twoHosts, whole } from '../compare/kernel/two-hosts.ts';

/** Returns the report of a healthy cluster, or of one in which a host has lost an entry. */
function reportOf(target: string, isBroken = false): AuditReport {
  const master = isBroken ? { ...whole, forwarding: [half(MYSQL.mac)] } : whole;
  const observation = { ...twoHosts({ master }), target };
  const outcome = kernelForwarding.compare(observation);
  const differences = outcome.state === 'failed' ? outcome.differences : [];
  return {
    startedAt: '2026-11-27T18:30:00.000Z',
    milliseconds: 1,
    ...diagnoseObservation(observation),
    diagnoses: diagnoseDifferences(differences, observation),
  };
}

/** Returns the messages, printed reports and result of --fix, if all steps are agreed to and these reports follow. */
async function fix(
  report: AuditReport,
  {
    agrees = true,
    isDry = false,
    after = [reportOf('the second')],
  }: { agrees?: boolean; isDry?: boolean; after?: AuditReport[] } = {},
) {
  const told: string[] = [];
  const rest = [...after];
  const outcome = await applyFixes(report, {
    show: ({ target }) => told.push(`shows ${target}`),
    say: (line) => told.push(line),
    runSteps: async (steps) => await Promise.resolve(agrees ? steps : []),
    undoSteps: async (steps) => {
      for (const { inverse } of steps) told.push(...inverse.map((words) => words.join(' ')));
      return await Promise.resolve(steps.length);
    },
    audit: async () => await Promise.resolve(rest.shift() ?? reportOf('the last')),
    isDry,
  });
  return { told, target: outcome.report.target, isShown: outcome.isShown };
}

describe('The report of --fix is shown before its questions', () => {
  const broken = reportOf('the first', true);

  test('and is final if no step is agreed to', async () => {
    expect(await fix(broken, { agrees: false })).toEqual({
      told: ['shows the first', '0 of 1 done'],
      target: 'the first',
      isShown: true,
    });
  });

  test('and the cluster is checked again after a step', async () => {
    expect(await fix(broken)).toEqual({
      told: ['shows the first', '1 of 1 done; checking again'],
      target: 'the second',
      isShown: false,
    });
  });

  test('and the step is undone if the next check has new findings', async () => {
    const [found] = broken.diagnoses;
    if (found === undefined) throw new Error('nothing was found');
    const other = { ...found, code: 'isolation-broken', summary: 'it is worse' } as const;
    const worse = { ...reportOf('the second'), diagnoses: [other] };
    expect(await fix(broken, { after: [worse, reportOf('the third', true)] })).toEqual({
      told: [
        'shows the first',
        '1 of 1 done; checking again',
        'new findings after the fix: isolation-broken, it is worse',
        `bridge fdb del ${MYSQL.mac} dev vxlan0 dst 192.168.99.102 self`,
        '1 of 1 undone; checking again',
      ],
      target: 'the third',
      isShown: false,
    });
  });

  test('and a fix is kept if the findings after it were consequences before', async () => {
    const [found] = broken.diagnoses;
    if (found === undefined) throw new Error('nothing was found');
    const [lost] = found.evidence;
    if (lost === undefined) throw new Error('nothing proves it');
    const behind = { ...lost, kind: 'neighbour-missing', observed: null } as typeof lost;
    const before = { ...broken, diagnoses: [{ ...found, consequences: [behind] }] };
    const left = { ...found, code: 'neighbour-missing', evidence: [behind] } as const;
    const after = [{ ...reportOf('the second'), diagnoses: [left] }];
    expect(await fix(before, { after })).toMatchObject({
      told: ['shows the first', '1 of 1 done; checking again'],
      target: 'the second',
    });
  });

  test('and --dry-run only prints the steps, as exact commands', async () => {
    const { told, target } = await fix(broken, { isDry: true });
    expect(told).toEqual([
      'shows the first',
      expect.stringMatching(
        /^forwarding-entry-missing: .*\n {2}on master-host: nsenter --net=\S+ bridge fdb replace /,
      ),
      'nothing was changed (--dry-run)',
    ]);
    expect(target).toBe('the first');
  });

  test('but not if there is no step to ask about', async () => {
    expect(await fix(reportOf('the first'))).toEqual({
      told: ['--fix found nothing to fix'],
      target: 'the first',
      isShown: false,
    });
  });
});

test('A report from the terminal is not printed there again, but to files and programs', () => {
  const read = { isShown: true };
  expect(isToBePrinted(read, { isOneTerminal: true })).toBe(false);
  expect(isToBePrinted(read, { isOneTerminal: false })).toBe(true);
  expect(isToBePrinted(read, { isOneTerminal: true, json: true })).toBe(true);
  expect(isToBePrinted({ isShown: false }, { isOneTerminal: true })).toBe(true);
});
