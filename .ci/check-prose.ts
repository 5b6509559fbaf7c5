/**
 * Checks the English of pages, messages, comments and test titles: `node .ci/check-prose.ts [--count] [PATHS]`.
 * Without paths, it checks everything but generated pages.
 */
import { globSync, readFileSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { groups, type Passage, readPassages } from './prose/passages.ts';
import { countWords, type Finding, lintPassages } from './prose/rules.ts';

const everything = [
  '*.md',
  '{docs,helpers}/**/*.md',
  '.github/**/*.{md,yml}',
  'vitest.config.ts',
  '{helpers,specs,.ci}/**/*.{ts,sh,pl}',
];
// Generated from doc comments and messages, which are checked where they are written.
const generated = 'docs/reference/';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'boolean', default: false } },
});

interface Checked {
  readonly file: string;
  readonly passages: readonly Passage[];
  readonly findings: readonly Finding[];
}

const checked = await Promise.all(
  filesOf(positionals).map(async (file): Promise<Checked> => {
    const text = readFileSync(file, 'utf8');
    const passages = readPassages(file, text);
    return { file, passages, findings: await lintPassages(text, passages) };
  }),
);
if (values.count) printCounts(checked);
else reportFindings(checked);

function filesOf(paths: readonly string[]): string[] {
  const patterns = paths.flatMap((path) =>
    statSync(path).isDirectory() ? [`${path.replace(/\/$/, '')}/**/*.{md,ts,sh,pl,yml}`] : [path],
  );
  const files =
    patterns.length > 0
      ? globSync(patterns)
      : globSync(everything).filter((file) => !file.startsWith(generated));
  return files.sort();
}

function reportFindings(all: readonly Checked[]): void {
  for (const { file, findings } of all) {
    for (const { line, column, message } of findings)
      process.stderr.write(`${file}:${line}:${column}: ${message}\n`);
    if (findings.length > 0) process.exitCode = 1;
  }
}

function printCounts(all: readonly Checked[]): void {
  process.stdout.write(
    `${'group'.padEnd(18)}passages    words  markers  per 1,000  too long  doc openings\n`,
  );
  for (const group of groups) {
    const own = all.map(({ passages, findings }) => {
      const mine = passages.filter((one) => one.group === group);
      const inside = findings.filter(({ index }) => passageAt(passages, index)?.group === group);
      return { mine, inside };
    });
    const passages = own.flatMap(({ mine }) => mine);
    const inside = own.flatMap((one) => one.inside);
    const count = (...rules: string[]) => inside.filter(({ rule }) => rules.includes(rule)).length;
    const words = passages.reduce((sum, { text }) => sum + countWords(text), 0);
    const markers = count('terminology', 'guillemets');
    const columns = [
      String(passages.length).padStart(8),
      String(words).padStart(9),
      String(markers).padStart(9),
      ((markers * 1000) / Math.max(words, 1)).toFixed(1).padStart(11),
      String(count('sentence-length', 'title-length')).padStart(10),
      String(count('doc-opening')).padStart(14),
    ];
    process.stdout.write(`${group.padEnd(18)}${columns.join('')}\n`);
  }
}

function passageAt(passages: readonly Passage[], index: number): Passage | undefined {
  return passages.findLast(({ start, text }) => start <= index && index <= start + text.length);
}
