import { type Attributes, element, escapeXml } from '../../text/xml.ts';

/** The style of a text in a label. */
export interface Look {
  readonly color?: string | undefined;
  readonly size?: number;
  readonly bold?: boolean;
}

/**
 * Lays out lines of text in one style, at the left, right or middle of their cell, as a table in Graphviz's HTML-like
 * labels: its line breaks within a cell are too narrow.
 */
export function lines(
  texts: readonly string[],
  { color, size = 13, bold = false }: Look = {},
  align: 'LEFT' | 'RIGHT' | 'CENTER' = 'LEFT',
): string {
  return table(
    {},
    ...texts.map((text) => {
      // In Graphviz texts, a backslash and a letter may mean the node's name.
      const escaped = escapeXml(flatten(text)).replaceAll('\\', '\\\\');
      const shown = `${escaped}${element('BR', { ALIGN: align })}`;
      const look = { COLOR: color, 'POINT-SIZE': size };
      const line = element('FONT', look, bold ? element('B', {}, shown) : shown);
      const height = Math.round(size * 1.25);
      return row(cell({ ALIGN: align, HEIGHT: height }, text.trim() === '' ? '' : line));
    }),
  );
}

export function cell(attributes: Attributes, ...content: readonly string[]): string {
  // Never `<TD/>`: Graphviz does not take it.
  return element('TD', { ALIGN: 'LEFT', ...attributes }, content.join(''));
}

export function row(...cells: readonly string[]): string {
  return element('TR', {}, ...cells);
}

/** Returns a table without borders. */
export function table(attributes: Attributes, ...rows: readonly string[]): string {
  const plain = { BORDER: 0, CELLBORDER: 0, CELLSPACING: 0, CELLPADDING: 0 };
  return element('TABLE', { ...plain, ...attributes }, ...rows);
}

/**
 * Breaks a text at spaces, and names after dots, hyphens and similar characters, into lines of limited length; within a
 * word as a last resort.
 */
export function breakLines(text: string, most: number): string[] {
  const broken: string[] = [];
  for (const [part] of flatten(text).matchAll(/[^\s./:@_-]*[\s./:@_-]?/gu)) {
    const last = broken.at(-1);
    if (last !== undefined && lettersOf(last + part.trimEnd()).length <= most) {
      broken[broken.length - 1] = last + part;
      continue;
    }
    const letters = lettersOf(part);
    for (let at = 0; at < letters.length; at += most) {
      broken.push(letters.slice(at, at + most).join(''));
    }
  }
  return broken.length === 0 ? [''] : broken.map((line) => line.trimEnd());
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Characters as people count them. */
function lettersOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Removes line breaks and control characters from a name. */
function flatten(text: string): string {
  return text.replaceAll(/\s/gu, ' ');
}
