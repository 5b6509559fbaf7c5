import { TextlintKernel, type TextlintKernelRule } from '@textlint/kernel';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type Group, masked, type Passage } from './passages.ts';

/** An entry of the terminology list. */
export interface Term {
  /** A regular expression; a space matches any white space, letters match in either case. */
  readonly not: string;
  readonly say: string;
  readonly why?: string;
  /** A sentence that the entry reports. */
  readonly bad: string;
  /** Sentences with the same words that are good English. */
  readonly fine?: readonly string[];
}

export type RuleName =
  | 'terminology'
  | 'guillemets'
  | 'doc-opening'
  | 'sentence-length'
  | 'title-length';

export interface Finding {
  readonly rule: RuleName;
  readonly line: number;
  readonly column: number;
  readonly index: number;
  readonly message: string;
}

const longestSentence = 35;
const longestTitle = 90;

export const terms: readonly Term[] = parse(
  readFileSync(new URL('../terminology.yml', import.meta.url), 'utf8'),
);

/** Returns the findings of the passages of a text, by a kernel of textlint and the rules of this file. */
export async function lintPassages(
  text: string,
  passages: readonly Passage[],
): Promise<readonly Finding[]> {
  if (passages.length === 0 && !/[\u00ab\u00bb\u2039\u203a]/.test(text)) return [];
  const { messages } = await new TextlintKernel().lintText(text, {
    ext: '.prose',
    plugins: [{ pluginId: 'prose', plugin: { Processor: processorOf(passages) } }],
    rules,
  });
  return messages.map(({ ruleId, line, column, index, message }) => ({
    rule: ruleId as RuleName,
    line,
    column,
    index,
    message,
  }));
}

/** A syntax tree of textlint: a paragraph for each passage. */
function processorOf(passages: readonly Passage[]) {
  return class {
    availableExtensions(): string[] {
      return ['.prose'];
    }
    processor() {
      return {
        preProcess: (text: string) =>
          ({
            ...node('Document', 0, text),
            children: passages.map(({ group, start, text: raw }) => ({
              ...node('Paragraph', start, raw),
              group,
            })),
          }) as never,
        postProcess: (messages: never[], filePath = 'prose') => ({ messages, filePath }),
      };
    }
  };
}

function node(type: string, start: number, raw: string) {
  const nowhere = { line: 1, column: 0 };
  return { type, raw, range: [start, start + raw.length], loc: { start: nowhere, end: nowhere } };
}

interface Paragraph {
  readonly raw: string;
  readonly group: Group;
}

type Report = (index: number, message: string) => void;

const rules: TextlintKernelRule[] = [
  ruleOf('terminology', 'Paragraph', reportTerms),
  ruleOf('guillemets', 'Document', ({ raw }, report) => {
    for (const { index } of raw.matchAll(/[\u00ab\u00bb\u2039\u203a]/g))
      report(index, 'guillemets: use straight double quotes or `code`');
  }),
  ruleOf('doc-opening', 'Paragraph', ({ raw, group }, report) => {
    const opening = /^\s*(What|Whether|Who|Whose|How|Where|When)\b/.exec(raw);
    if (group === 'doc comments' && opening !== null)
      report(
        raw.search(/\S/),
        `a doc comment begins with a verb in the third person or a noun, not with "${opening[1]}"`,
      );
  }),
  ruleOf('sentence-length', 'Paragraph', ({ raw, group }, report) => {
    if (group !== 'pages' && group !== 'diagnosis pages') return;
    for (const { segment, index } of sentences.segment(raw.replaceAll('\n', ' '))) {
      const words = countWords(segment);
      if (words > longestSentence)
        report(
          index + segment.search(/\S/),
          `a sentence of ${words} words: at most ${longestSentence}, better 20`,
        );
    }
  }),
  ruleOf('title-length', 'Paragraph', ({ raw, group }, report) => {
    if (group === 'test titles' && raw.length > longestTitle)
      report(0, `a test title of ${raw.length} characters: at most ${longestTitle}`);
  }),
];

function ruleOf(
  ruleId: RuleName,
  type: 'Document' | 'Paragraph',
  check: (paragraph: Paragraph, report: Report) => void,
): TextlintKernelRule {
  return {
    ruleId,
    rule: ({ RuleError, report, locator }) => ({
      [type]: (at: Parameters<typeof report>[0]) =>
        check(at as unknown as Paragraph, (index, message) =>
          report(at, new RuleError(message, { padding: locator.at(index) })),
        ),
    }),
  };
}

const sentences = new Intl.Segmenter('en', { granularity: 'sentence' });

const patterns = terms.map((term) => ({
  term,
  pattern: new RegExp(`(?<![\\w-])(?:${term.not.replaceAll(' ', '\\s+')})(?![\\w-])`, 'gi'),
}));

function reportTerms({ raw }: Paragraph, report: Report): void {
  for (const { term, pattern } of patterns)
    for (const { index, 0: found } of raw.matchAll(pattern))
      report(
        index,
        `"${found.replaceAll(/\s+/g, ' ')}": say ${term.say}${term.why === undefined ? '' : ` (${term.why})`}`,
      );
}

/** Returns the number of words of a masked text; masked code is a word. */
export function countWords(text: string): number {
  return (
    text.match(new RegExp(`[\\p{L}\\d${masked}][\\p{L}\\d${masked}'’_./-]*`, 'gu'))?.length ?? 0
  );
}
