import '../../fuzz.ts';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import MarkdownIt from 'markdown-it';
import { array, assert, constantFrom, integer, property, string } from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Diagnosis } from '../../../../helpers/check/model/diagnosis.ts';
import { annotationLines } from '../../../../helpers/report/github/annotations.ts';
import { checkAnnotations, checkSummary } from '../../../../helpers/report/github/check-summary.ts';
import { appendJobSummary, fitSections } from '../../../../helpers/report/github/job-summary.ts';
import { runAnnotations, runSummary } from '../../../../helpers/report/github/run-summary.ts';
import { codeBlock, codeSpan } from '../../../../helpers/report/text/markdown.ts';
import { brokenReport, forwardingMissing, reportOf } from '../findings/reports.ts';

const markdown = new MarkdownIt({ html: true, linkify: true });

/** Text that someone might have put into a name. */
const hostile = [
  '`</code><script>alert(1)</script>',
  '](https://evil.example) ![x](https://evil.example/x.png)',
  '``` \n# heading\n<img src=x onerror=alert(1)>',
  '| a | b |\n::error::injected',
  '@everyone #1 https://evil.example ##[command]',
  '\u001B[31mred\u0007\u202Egnp.exe',
];

/** Text of these characters, which have a meaning in Markdown. */
const nasty = string({
  unit: constantFrom(...'`|\\<>[]()!*_#@:~ \n\ta&'.split('')),
  maxLength: 60,
});

function findingWith(text: string): Diagnosis {
  return {
    ...forwardingMissing,
    summary: text,
    where: { host: text, container: text },
    action: { kind: 'next-step', commands: [], effect: text },
  };
}

/** The kinds of tokens in the HTML of a text, without those of code, tables and our own markup. */
function kindsOf(text: string): string[] {
  const all = markdown
    .parse(text, {})
    .flatMap((one) => [one, ...(one.children ?? [])])
    .map(({ type, content }) =>
      type === 'html_block' || type === 'html_inline' ? `${type} ${content.trim()}` : type,
    );
  return all.filter((type) => /link|image|html|heading/.test(type));
}

describe('Text from outside in Markdown', () => {
  test('is code and nothing else', () => {
    assert(
      property(nasty, (text) => {
        expect(kindsOf(`a ${codeSpan(text)} b`)).toEqual([]);
        expect(kindsOf(codeBlock(text))).toEqual([]);
        expect(kindsOf(`| x | y |\n| --- | --- |\n| ${codeSpan(text)} | z |`)).toEqual([]);
      }),
    );
  });

  test('stays in its cell', () => {
    assert(
      property(nasty, (text) => {
        const row = `| x | y |\n| --- | --- |\n| ${codeSpan(text)} | last |`;
        const html = markdown.render(row);
        expect(html.match(/<td>/g), html).toHaveLength(2);
        expect(html).toContain('<td>last</td>');
      }),
    );
  });
});

describe('The summary of a check', () => {
  test('has the result, the findings and their details', () => {
    const text = checkSummary(brokenReport()).join('\n\n');
    expect(text).toContain('### overlay-e2e check\n\n`✖ topology seed: 1 finding`');
    expect(text).toContain('| `forwarding-entry-missing` | `');
    expect(text).toContain('<details><summary>1. <code>forwarding-entry-missing</code></summary>');
  });

  test('of a healthy cluster has one line', () => {
    expect(checkSummary(reportOf(2)).join('\n')).toMatch(
      /^### overlay-e2e check\n\n`✔ topology seed: healthy`\n\d of \d comparisons passed\.$/,
    );
  });

  test.each(hostile)('has no markup out of %j', (text) => {
    const report = { ...brokenReport(), target: text, diagnoses: [findingWith(text)] };
    const own = [
      'heading_open',
      'heading_close',
      'html_block <details><summary>1. <code>forwarding-entry-missing</code></summary>',
      'html_block </details>',
    ];
    const summary = checkSummary(report).join('\n\n');
    expect(kindsOf(summary)).toEqual(own);
    // oxlint-disable-next-line eslint/no-control-regex -- These are the characters that must not be there.
    expect(summary).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u202E]/);
  });
});

describe('The summary of a test run', () => {
  const finding = { ...forwardingMissing, title: 'x', page: 'docs/x.md' };

  test.each(hostile)('has no markup out of %j', (text) => {
    const summary = runSummary(
      {
        counts: { passed: 1, failed: 1, skipped: 0 },
        failures: [{ name: text, fullName: text, statusDetails: { message: text } }] as never,
        otherFailure: text,
        brokenRules: [text],
        green: false,
      },
      {
        causes: [
          {
            finding: {
              ...finding,
              summary: text,
              where: { host: text },
              action: undefined,
            } as never,
            topology: text,
            failures: 1,
          },
        ],
        unexplained: 1,
      },
    ).join('\n\n');
    expect(kindsOf(summary)).toEqual(['heading_open', 'heading_close']);
    expect(summary).toContain('✖ 1 passed, 1 failed, 0 skipped');
  });

  test('annotates each cause, and what else ended the run', () => {
    const causes = {
      causes: [{ finding: { ...finding, action: undefined } as never, topology: 'a', failures: 2 }],
      unexplained: 0,
    };
    const outcome = {
      counts: { passed: 0, failed: 1, skipped: 0 },
      failures: [],
      otherFailure: 'no test ran',
      brokenRules: [],
      green: false,
    };
    expect(annotationLines(runAnnotations(outcome, causes))).toEqual([
      '::error title=overlay-e2e test::no test ran',
      expect.stringMatching(/^::error title=forwarding-entry-missing%3A /),
    ]);
  });
});

describe('An annotation', () => {
  test('is one line that no text can end', () => {
    assert(
      property(nasty, nasty, (title, message) => {
        const [line = '', ...others] = annotationLines([{ level: 'error', title, message }]);
        expect(others).toEqual([]);
        expect(line).not.toMatch(/[\r\n]/);
        const [, property_ = '', data = ''] = /^::error title=([^:,]*)::(.*)$/.exec(line) ?? [];
        expect(line).toBe(`::error title=${property_}::${data}`);
      }),
    );
  });

  test('has the finding, its location and its fix', () => {
    const [line = ''] = annotationLines(checkAnnotations(brokenReport()));
    expect(line).toMatch(
      /^::error title=forwarding-entry-missing%3A master-host[^:]*::.*%0A(?:Fix|Next step) on /,
    );
  });

  test('escapes per cent signs, and hides secrets', () => {
    const message = '100%0A\nPASSWORD=hunter2';
    expect(annotationLines([{ level: 'warning', title: 'a,b:c', message }])).toEqual([
      '::warning title=a%2Cb%3Ac::100%250A%0APASSWORD=…',
    ]);
  });

  test('is shown at most ten times, as GitHub shows them', () => {
    const all = Array.from({ length: 12 }, () => forwardingMissing);
    expect(annotationLines(checkAnnotations({ ...brokenReport(), diagnoses: all }))).toHaveLength(
      10,
    );
  });
});

describe('A job summary', () => {
  test('never exceeds its limit, and says when it is cut', () => {
    assert(
      property(
        array(string({ maxLength: 300 }), { maxLength: 12 }),
        integer({ min: -5, max: 2000 }),
        (all, room) => {
          const text = fitSections(all, room);
          const whole = all.map((one) => `${one}\n\n`).join('');
          if (text !== whole && text !== '') expect(text).toMatch(/incomplete: GitHub limits it/);
          if (text !== whole)
            expect(Buffer.byteLength(text)).toBeLessThanOrEqual(Math.max(room, 0));
        },
      ),
    );
  });

  test('is appended to the file of the step, together at most 1 MiB', async () => {
    const file = summaryFile('earlier\n');
    await appendJobSummary(['first', 'second']);
    expect(readFileSync(file, 'utf8')).toBe('earlier\nfirst\n\nsecond\n\n');
    // Each fits into a summary, both do not.
    await appendJobSummary(['x'.repeat(500_000)]);
    await appendJobSummary(['y'.repeat(700_000)]);
    const text = readFileSync(file, 'utf8');
    expect(text.length).toBeLessThanOrEqual(1024 * 1024);
    expect(text).toContain('xxx');
    expect(text).not.toContain('yyy');
    expect(text).toMatch(/incomplete: GitHub limits it to 1 MiB/);
  });

  test('that cannot be written is a problem of its caller, not an exception', async () => {
    vi.stubEnv('GITHUB_STEP_SUMMARY', '/nonexistent/folder/summary');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await appendJobSummary(['text'])).toMatchObject({ code: 'ENOENT' });
  });

  test('is not written elsewhere', async () => {
    vi.stubEnv('GITHUB_STEP_SUMMARY', '');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await appendJobSummary(['text'])).toBeUndefined();
  });
});

function summaryFile(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'summary-'));
  const file = join(folder, 'summary.md');
  writeFileSync(file, content);
  vi.stubEnv('GITHUB_STEP_SUMMARY', file);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  return file;
}
