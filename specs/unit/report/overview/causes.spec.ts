import { styleText } from 'node:util';
import { describe, expect, test } from 'vitest';
import { causeLines } from '../../../../helpers/report/run/cause-lines.ts';
import { findCauses } from '../../../../helpers/report/overview/causes.ts';

const failure = (name: string) => ({
  name,
  fullName: `overlay-e2e:specs/seed/a.spec.ts#${name}`,
  status: 'failed' as const,
  labels: [{ name: 'topology', value: 'seed' }],
});
const blocked = {
  code: 'vxlan-blocked',
  title: 'VXLAN is blocked',
  page: 'docs/diagnoses/vxlan-blocked.md',
  where: { host: 'worker-host' },
  summary: 'the firewall of worker-host drops VXLAN\u001b[2J',
  evidence: [],
  consequences: [],
  action: {
    kind: 'fix',
    commands: [['iptables']],
    asRoot: true,
    command: 'iptables -D INPUT -j DROP',
    host: 'worker-host',
    effect: 'deletes the rule',
  },
};
const audit = (...diagnoses: object[]) =>
  JSON.stringify({ verdict: diagnoses.length === 0 ? 'healthy' : 'defects', diagnoses });
const layout = { color: false, width: 200 };
const always = { validateStream: false };

const linesOf = (audits: Record<string, string>) => {
  const failures = Object.keys(audits).map(failure);
  return causeLines(
    findCauses(failures, ({ name }) => audits[name]),
    failures.length,
    layout,
  );
};

describe('the causes at the end of a run', () => {
  test('appear once each, with location, fix and page, and no control characters', () => {
    expect(linesOf({ a: audit(blocked), b: audit(blocked) })).toEqual([
      'Cause: vxlan-blocked: the firewall of worker-host drops VXLAN\\x1b[2J',
      '  at: worker-host, topology seed; found after 2 of 2 failures',
      '  fix: on worker-host, as root: deletes the rule',
      '    iptables -D INPUT -j DROP',
      '  more: docs/diagnoses/vxlan-blocked.md',
    ]);
  });

  test('have bold and dim labels on a terminal with colors, and no other escape sequences', () => {
    const causes = findCauses([failure('a')], () => audit(blocked));
    const lines = causeLines(causes, 1, { color: true, width: 200 });
    expect(lines).toEqual([
      `${styleText('bold', 'Cause:', always)} vxlan-blocked: the firewall of worker-host drops VXLAN\\x1b[2J`,
      `  ${styleText('dim', 'at:', always)} worker-host, topology seed; found after 1 of 1 failure`,
      `  ${styleText('dim', 'fix:', always)} on worker-host, as root: deletes the rule`,
      `    ${styleText('bold', 'iptables -D INPUT -j DROP', always)}`,
      `  ${styleText('dim', 'more:', always)} docs/diagnoses/vxlan-blocked.md`,
    ]);
  });

  test('are in the order of the number of failures that they explain', () => {
    const other = { ...blocked, code: 'subnet-overlap', where: { host: 'master-host' } };
    const lines = linesOf({
      a: audit(other),
      b: audit(blocked),
      c: audit(blocked, other),
      d: audit(blocked),
    });
    expect(
      lines.filter((line) => line.startsWith('Cause: ')).map((line) => line.split(':')[1]),
    ).toEqual([' vxlan-blocked', ' subnet-overlap']);
  });

  test('are unknown if checks found nothing', () => {
    expect(linesOf({ a: audit(), b: 'could not be found' })).toEqual([
      '1 of 2 failures without a cause: the check of the cluster found nothing',
    ]);
  });

  test('are omitted if nothing was checked', () => {
    expect(linesOf({ a: '' })).toEqual([]);
  });
});
