import { describe, expect, test } from 'vitest';
import { readPassages } from '../../../.ci/prose/passages.ts';
import { countWords, lintPassages, terms } from '../../../.ci/prose/rules.ts';

const lint = async (file: string, text: string) =>
  (await lintPassages(text, readPassages(file, text))).map(
    ({ rule, line, column }) => `${rule} ${line}:${column}`,
  );

const passagesOf = (file: string, text: string) =>
  readPassages(file, text).map(
    ({ group, text: one }) => `${group}: ${one.replaceAll(/\s+/g, ' ').trim()}`,
  );

const words = (count: number) => Array.from({ length: count }, () => 'word').join(' ');

const reports = async (term: (typeof terms)[number], sentence: string) =>
  (await lintPassages(sentence, readPassages('a.md', sentence))).some(
    ({ rule, message }) => rule === 'terminology' && message.includes(`: say ${term.say}`),
  );

describe('the terminology list', () => {
  test.for(terms)('"$bad" is reported', async (term) => {
    expect(await reports(term, term.bad)).toBe(true);
  });
  test.for(terms.flatMap((term) => (term.fine ?? []).map((sentence) => ({ term, sentence }))))(
    '"$sentence" is not reported',
    async ({ term, sentence }) => {
      expect(await reports(term, sentence)).toBe(false);
    },
  );
  test('a phrase is found across lines, with its line, its replacement and the reason', async () => {
    const text = '/**\n * Sends a packet to what\n * is there.\n */';
    const [finding] = await lintPassages(text, readPassages('a.ts', text));
    expect(finding).toMatchObject({ line: 2, column: 22 });
    expect(finding?.message).toMatch(/^"what": say a noun \("traffic/);
  });
  test('code, link targets and quotations are not checked', async () => {
    expect(await lint('a.md', 'Run `mend anew`, see [it](mend-anew.md) or "is mended".\n')).toEqual(
      [],
    );
    expect(await lint('a.md', '```\nmend\n```\n\n    mend\n')).toEqual([]);
    expect(await lint('a.md', 'See [how it mends](it.md).\n')).toEqual(['terminology 1:13']);
  });
});

describe('the other rules', () => {
  test('guillemets are reported everywhere', async () => {
    expect(await lint('a.md', 'a `\u00abb\u00bb`')).toEqual(['guillemets 1:4', 'guillemets 1:6']);
    expect(await lint('specs/a.spec.ts', "f('\u2039');")).toEqual(['guillemets 1:4']);
  });
  test('a doc comment that begins with a question word is reported, a line comment is not', async () => {
    expect(
      await lint('a.ts', '/** Whether it runs. */\n/** The hosts. */\n// Where it runs.'),
    ).toEqual(['doc-opening 1:5']);
  });
  test('a sentence of a page has at most 35 words', async () => {
    expect(await lint('a.md', `A ${words(34)}.\nA ${words(35)}.`)).toEqual(['sentence-length 2:1']);
    expect(await lint('a.ts', `// A ${words(35)}.`)).toEqual([]);
  });
  test('a test title has at most 90 characters', async () => {
    expect(await lint('a.spec.ts', `test('${'a'.repeat(90)}');`)).toEqual([]);
    expect(await lint('a.spec.ts', `test.skipIf(x)('${'a'.repeat(91)}');`)).toEqual([
      'title-length 1:17',
    ]);
  });
});

describe('passages', () => {
  test('of a page: headings, paragraphs, items and cells of tables', () => {
    const page =
      '# A head\n\n> quoted\n\n- an item\n  of two lines\n\n| a | b c |\n| - | - |\n| d | e |\n';
    expect(passagesOf('a.md', page)).toEqual(
      ['A head', 'quoted', 'an item of two lines', 'a', 'b c', 'd', 'e'].map(
        (one) => `pages: ${one}`,
      ),
    );
    expect(passagesOf('docs/diagnoses/a.md', 'text')).toEqual(['diagnosis pages: text']);
  });
  test('of a table: no cells of a column headed "not"', () => {
    expect(passagesOf('a.md', '| say | not |\n| --- | --- |\n| fix | mend |\n')).toEqual([
      'pages: say',
      'pages: fix',
    ]);
  });
  test('of a source file: messages, doc comments and other comments', () => {
    const source = [
      '/** The hosts. */',
      '// One',
      '// two.',
      "const a = 'the engine is down'; // Three.",
      "const b = 'docker ps -a --format x';",
      // The template of the source under test.
      // oxlint-disable-next-line no-template-curly-in-string
      "const c = `the host ${name('x')} is down`;",
      '// oxlint-disable-next-line no-console',
    ].join('\n');
    expect(
      passagesOf('helpers/a.ts', source).map((one) => one.replaceAll(/\uE000+/g, '…')),
    ).toEqual([
      'doc comments: The hosts.',
      'other comments: One two.',
      'help and messages: the engine is down',
      'other comments: Three.',
      'help and messages: the host … is down',
    ]);
  });
  test('of a spec: titles', () => {
    expect(passagesOf('specs/a.spec.ts', "describe('one', () => test.for([])('two'));")).toEqual([
      'test titles: one',
      'test titles: two',
    ]);
  });
  test('of a script: comments', () => {
    expect(passagesOf('a.sh', '#!/bin/sh\n# one\n# two\nrun # three\necho "#four"\n')).toEqual([
      'other comments: one two',
      'other comments: three',
    ]);
  });
  test('masked code is one word', () => {
    expect(countWords(readPassages('a.md', 'Run `a b c` now.')[0]?.text ?? '')).toBe(3);
  });
});
