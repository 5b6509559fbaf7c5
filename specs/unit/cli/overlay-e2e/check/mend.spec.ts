import { describe, expect, test } from 'vitest';
import type { AuditReport } from '../../../../../helpers/check/report.ts';
import { isToBePrinted, mend } from '../../../../../helpers/cli/overlay-e2e/check/mend.ts';

function reportOf(target: string, isMendable = false): AuditReport {
  const restores = { networkId: 'f65940ce7f', commands: [['bridge', 'fdb', 'replace']] } as const;
  const remedy = {
    kind: 'fix',
    host: 'master-host',
    commands: [['bridge', 'fdb', 'replace']],
    effect: 'mends it',
    restores,
  };
  const evidence = { evidence: [], consequences: [] };
  const code = 'forwarding-entry-wrong';
  const found = { code, where: {}, summary: 'it is wrong', ...evidence, remedy } as const;
  return { target, diagnoses: isMendable ? [found] : [] } as unknown as AuditReport;
}

/** What --fix tells, shows and gives when so many of the steps are agreed to. */
async function fix(report: AuditReport, agreed: number) {
  const told: string[] = [];
  const outcome = await mend(report, {
    show: ({ target }) => told.push(`shows ${target}`),
    say: (line) => told.push(line),
    doSteps: async () => await Promise.resolve(agreed),
    audit: async () => await Promise.resolve(reportOf('the second')),
  });
  return { told, target: outcome.report.target, isShown: outcome.isShown };
}

describe('What --fix finds is shown before it asks', () => {
  const broken = reportOf('the first', true);

  test('and holds in the end when nothing is agreed to', async () => {
    expect(await fix(broken, 0)).toEqual({
      told: ['shows the first', '0 of 1 done'],
      target: 'the first',
      isShown: true,
    });
  });

  test('and is checked again when something is done', async () => {
    expect(await fix(broken, 1)).toEqual({
      told: ['shows the first', '1 of 1 done; checking again'],
      target: 'the second',
      isShown: false,
    });
  });

  test('but not when there is nothing to ask', async () => {
    expect(await fix(reportOf('the first'), 0)).toEqual({
      told: ['there is nothing that --fix may mend'],
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
