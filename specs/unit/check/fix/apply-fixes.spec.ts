import { describe, expect, test } from 'vitest';
import { diagnoseObservation } from '../../../../helpers/check/audit.ts';
import { kernelForwarding } from '../../../../helpers/check/compare/kernel/forwarding.ts';
import { diagnoseDifferences } from '../../../../helpers/check/diagnose/diagnose.ts';
import type { AuditReport } from '../../../../helpers/check/model/report.ts';
import { applyFixes } from '../../../../helpers/check/fix/apply-fixes.ts';
import { isToBePrinted } from '../../../../helpers/cli/overlay-e2e/check/is-to-be-printed.ts';
import { half, MYSQL, twoHosts, whole } from '../compare/kernel/two-hosts.ts';

/** Of a cluster of which one host has lost an entry, or of one in order. */
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

/** What --fix tells, shows and gives when steps are agreed to, and this is found after them. */
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

describe('What --fix finds is shown before it asks', () => {
  const broken = reportOf('the first', true);

  test('and holds in the end when nothing is agreed to', async () => {
    expect(await fix(broken, { agrees: false })).toEqual({
      told: ['shows the first', '0 of 1 done'],
      target: 'the first',
      isShown: true,
    });
  });

  test('and is checked again when something is done', async () => {
    expect(await fix(broken)).toEqual({
      told: ['shows the first', '1 of 1 done; checking again'],
      target: 'the second',
      isShown: false,
    });
  });

  test('and is undone when something is wrong afterwards that was not before', async () => {
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

  test('and only printed with --dry-run, as exact commands', async () => {
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

  test('but not when there is nothing to ask', async () => {
    expect(await fix(reportOf('the first'))).toEqual({
      told: ['--fix found nothing to fix'],
      target: 'the first',
      isShown: false,
    });
  });
});

test('A verdict that was read on a terminal is not printed there again; a file and a program get theirs', () => {
  const read = { isShown: true };
  expect(isToBePrinted(read, { isOneTerminal: true })).toBe(false);
  expect(isToBePrinted(read, { isOneTerminal: false })).toBe(true);
  expect(isToBePrinted(read, { isOneTerminal: true, json: true })).toBe(true);
  expect(isToBePrinted({ isShown: false }, { isOneTerminal: true })).toBe(true);
});
