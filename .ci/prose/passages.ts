import { readFileSync } from 'node:fs';
import MarkdownIt from 'markdown-it';
import { parseSync, Visitor } from 'oxc-parser';

export const groups = [
  'pages',
  'diagnosis pages',
  'help and messages',
  'doc comments',
  'other comments',
  'test titles',
] as const;

export type Group = (typeof groups)[number];

/** A passage of prose in a file. Its text has the length of the source: code, markup and quotations are masked. */
export interface Passage {
  readonly group: Group;
  readonly start: number;
  readonly text: string;
}

/** The character of a masked text that replaces code, an address or a quotation; several in a row are one word. */
export const masked = '\uE000';

/** Returns the passages of a file, in its order. */
export function readPassages(file: string, text = readFileSync(file, 'utf8')): Passage[] {
  const found = file.endsWith('.md')
    ? passagesOfPage(file, text)
    : file.endsWith('.ts')
      ? passagesOfSource(file, text)
      : passagesOfScript(text);
  return found.sort((one, other) => one.start - other.start);
}

const markdown = new MarkdownIt('commonmark').enable('table');

function passagesOfPage(file: string, text: string): Passage[] {
  const group = file.includes('docs/diagnoses/') ? 'diagnosis pages' : 'pages';
  const starts = lineStarts(text);
  const slice = (from: number, to: number) =>
    text.slice(starts[from], starts[to] ?? text.length).trimEnd();
  const passages: Passage[] = [];
  let heads: string[] | undefined;
  let inRow = false;
  for (const { type, map } of markdown.parse(text, {})) {
    if (type === 'table_open') heads = undefined;
    if (type === 'tr_close') inRow = false;
    if (type === 'tr_open' && map !== null) {
      inRow = true;
      const cells = cellsOf(slice(...map), starts[map[0]] ?? 0, group);
      heads ??= cells.map((cell) => cell.text.trim().toLowerCase());
      // A column headed "not" lists the words that a page advises against.
      passages.push(...cells.filter((_, column) => heads?.[column] !== 'not'));
    }
    if (type !== 'inline' || map === null || inRow) continue;
    const marks = /^[ \t]*(?:[>*+-][ \t]|#{1,6}[ \t]|\d+\.[ \t])+/gm;
    passages.push({
      group,
      start: starts[map[0]] ?? 0,
      text: maskInline(slice(...map).replaceAll(marks, blank)),
    });
  }
  return passages;
}

function cellsOf(row: string, start: number, group: Group): Passage[] {
  return [...maskInline(row).matchAll(/[^|]+/g)].map((cell) => ({
    group,
    start: start + cell.index,
    text: cell[0],
  }));
}

function passagesOfSource(file: string, text: string): Passage[] {
  const { program, comments } = parseSync(file, text);
  const passages = commentsOf(text, comments);
  const isSpec = file.endsWith('.spec.ts');
  if (file.includes('helpers/')) {
    const add = (start: number, raw: string) => {
      if (isProse(raw)) passages.push({ group: 'help and messages', start, text: maskInline(raw) });
    };
    new Visitor({
      Literal: ({ value, start, end }) => {
        if (typeof value === 'string') add(start + 1, maskEscapes(text.slice(start + 1, end - 1)));
      },
      TemplateLiteral: ({ start, end, expressions }) => {
        let raw = text.slice(start, end);
        for (const one of expressions)
          raw = maskRange(raw, one.start - start - 2, one.end - start + 1);
        add(start + 1, maskEscapes(raw.slice(1, -1)));
      },
    }).visit(program);
  } else if (isSpec) {
    new Visitor({
      CallExpression: ({ callee, arguments: [title] }) => {
        if (
          title === undefined ||
          !/^(?:describe|it|test)\b/.test(text.slice(callee.start, callee.end))
        )
          return;
        if (title.type !== 'TemplateLiteral' && title.type !== 'Literal') return;
        let raw = text.slice(title.start, title.end);
        if (title.type === 'TemplateLiteral')
          for (const one of title.expressions)
            raw = maskRange(raw, one.start - title.start - 2, one.end - title.start + 1);
        passages.push({
          group: 'test titles',
          start: title.start + 1,
          text: maskInline(maskEscapes(raw.slice(1, -1))),
        });
      },
    }).visit(program);
  }
  return passages;
}

interface Comment {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** Passages of comments; line comments below one another are one passage. */
function commentsOf(text: string, comments: readonly Comment[]): Passage[] {
  const passages: Passage[] = [];
  let lines: { start: number; end: number } | undefined;
  const closeLines = () => {
    if (lines !== undefined) add('other comments', lines.start, lines.end);
    lines = undefined;
  };
  const add = (group: Group, start: number, end: number) => {
    const plain = text
      .slice(start, end)
      .replaceAll(/^\/\*\*?|\*\/$|^[ \t]*\*(?!\/)|^[ \t]*\/\/+/gm, blank);
    if (/^\s*(?:@ts-|biome-ignore|oxlint-|eslint-|v8 ignore|@vite-ignore)/.test(plain)) return;
    passages.push({ group, start, text: maskInline(plain) });
  };
  for (const { type, start, end } of comments) {
    if (type === 'Line') {
      if (lines !== undefined && /^\s*$/.test(text.slice(lines.end, start))) lines.end = end;
      else {
        closeLines();
        lines = { start, end };
      }
      continue;
    }
    closeLines();
    add(text.startsWith('/**', start) ? 'doc comments' : 'other comments', start, end);
  }
  closeLines();
  return passages;
}

/** Passages of the comments of a shell, Perl or YAML file. */
function passagesOfScript(text: string): Passage[] {
  const blocks = text.matchAll(/(?:^[ \t]*#(?!!).*\n?)+|[ \t]#[ \t].*$/gm);
  return [...blocks].map(({ index, 0: block }) => ({
    group: 'other comments',
    start: index,
    text: maskInline(block.replaceAll(/^[ \t]*#+/gm, blank)),
  }));
}

/** Says of a string of the source that a person reads it: three words and little punctuation of code. */
function isProse(raw: string): boolean {
  if ((raw.match(/(?<![\w./-])[A-Za-z]{2,}(?![\w/=])/g)?.length ?? 0) < 3) return false;
  if (/^\s*[<#{]|\\n.*\\n.*\\n|^\s*(?:set -|import |ip |docker |SELECT )/.test(raw)) return false;
  return (raw.match(/[{}$;=<>|&\\]/g)?.length ?? 0) * 20 < raw.length;
}

/** Masks code, link targets, tags and quotations, and blanks the marks of emphasis. */
function maskInline(text: string): string {
  return text
    .replaceAll(/(?<!`)(`{1,3})(?!`).*?[^`]\1(?!`)/gs, mask)
    .replaceAll(/\{@[^}]*\}|^[ \t]*@[a-z]\w*(?: \w+)?/gm, mask)
    .replaceAll(/<!--.*?-->|<\/?[a-z][^<>]*>/gis, blank)
    .replaceAll(/(?<=\])(?:\([^()\s]*\)|\[[^\]]*\])/g, blank)
    .replaceAll(/https?:\/\/\S+/g, mask)
    .replaceAll(/(?<![\w"])"[^"]{1,300}"(?!\w)/g, mask)
    .replaceAll(/\*+|(?<!\w)_|_(?!\w)|!?\[|\]|\\(?=[`"'])/g, blank);
}

function maskEscapes(raw: string): string {
  return raw.replaceAll(/\\[nrt]/g, blank).replaceAll(/\\u\{?[\da-f]+\}?|\\x[\da-f]{2}/gi, mask);
}

function maskRange(raw: string, from: number, to: number): string {
  return raw.slice(0, from) + mask(raw.slice(from, to)) + raw.slice(to);
}

function mask(part: string): string {
  return part.replaceAll(/[^\n]/g, masked);
}

function blank(part: string): string {
  return part.replaceAll(/[^\n]/g, ' ');
}

function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
}
