import { describe, expect, test } from 'vitest';
import { traceToJson } from '../../../../helpers/report/findings/trace-document.ts';
import { drawTrace } from '../../../../helpers/report/pictures/draw-trace.ts';
import { renderTrace } from '../../../../helpers/report/text/render-trace.ts';
import { type Recorded, recordingOf, reportOf } from '../../check/trace/recorded.ts';
import { validateDocument } from '../../docs/validate-document.ts';
import { textsOf } from '../read-svg.ts';

const validate = (document: unknown) => validateDocument('docs/trace.schema.json', document);
const names: readonly Recorded[] = [
  'healthy',
  'vxlan-blocked',
  'neighbor-missing',
  'published-port',
];

describe('A trace as a JSON document', () => {
  test.each(names)('a validator that knows only the published schema accepts %s', (name) => {
    const document = traceToJson(reportOf(recordingOf(name)));
    expect(validate(JSON.parse(JSON.stringify(document)))).toEqual([]);
  });

  test('the validator rejects unknown and missing fields', () => {
    const document = traceToJson(reportOf(recordingOf('healthy')));
    const { outcome: _, ...without } = document;
    const [hop] = document.hops;
    const others = [
      { ...document, more: 1 },
      { ...document, version: 2 },
      { ...document, outcome: 'fine' },
      { ...document, hops: [{ ...hop, device: undefined }] },
      without,
    ];
    expect(others.filter((one) => validate(JSON.parse(JSON.stringify(one))).length === 0)).toEqual(
      [],
    );
  });
});

describe('A trace as text', () => {
  const lost = renderTrace(reportOf(recordingOf('vxlan-blocked')), { color: false, width: 100 });

  test('says first where the packet is lost and why, and marks the last hop', () => {
    expect(lost.replaceAll('\n', ' ')).toMatch(
      /^✖ tomcat-app → mysqlserver, ICMP echo: the request is lost at the network card eth1 of worker-host: -A INPUT -p udp -m udp --dport 4789 -j DROP \(drops VXLAN packets on worker-host\) {2}/,
    );
    expect(lost.split('\n').slice(-2)).toEqual([
      '  5  worker-host  host                  eth1 in',
      '    ✖ ends here',
    ]);
  });

  test('of an answered packet has no such mark', () => {
    const text = renderTrace(reportOf(recordingOf('healthy')), { color: false, width: 100 });
    expect(text).toMatch(/^✔ tomcat-app → mysqlserver, ICMP echo: mysqlserver answers\n/);
    expect(text).toContain('\nreply: ICMP echo reply 10.0.9.4 → 10.0.9.2\n');
    expect(text).not.toContain('✖');
  });

  test('shortens the names of tasks', () => {
    const text = renderTrace(reportOf(recordingOf('service')), { color: false, width: 100 });
    expect(text).toContain('  one  container api ');
    expect(text).toMatch(/ {2}one {2}container web\.2 +eth0 in\n/);
  });

  test('does not pass control characters of names to a terminal', () => {
    const report = reportOf(recordingOf('healthy'));
    const hostile = {
      ...report,
      summary: 'ends \u001b[31m',
      hops: report.hops.map((hop) => ({ ...hop, device: 'eth\u001b]0;x\u0007' })),
    };
    // oxlint-disable-next-line eslint/no-control-regex -- These must not be printed.
    expect(renderTrace(hostile, { color: false, width: 100 })).not.toMatch(/[\u0007\u001b]/);
  });
});

test('The picture of a trace has each host, hop, entry and the end', () => {
  const texts = textsOf(drawTrace(reportOf(recordingOf('vxlan-blocked')))).join('\n');
  for (const part of [
    'master-host',
    'worker-host',
    '3  overlay my-net, vxlan0 out',
    '✖ ends here',
  ]) {
    expect(texts).toContain(part);
  }
  expect(texts).toContain('02:42:0a:00:09:04 dev vxlan0 dst');
  const answered = textsOf(drawTrace(reportOf(recordingOf('healthy')))).join('\n');
  expect(answered).not.toContain('ends here');
});
