import { breakLines, cell, lines, row, table } from './label.ts';
import { colorOf } from './style.ts';

export const nameSize = 13;
/** The style of text next to a name. */
export const soft = { color: colorOf('soft'), size: 11 };
/** Characters of it that are as wide as a card. */
export const softMost = 38;
/** In points, without its edges. */
const cardWidth = 254;

export interface Card {
  /** The port of its head, for edges. */
  readonly port?: string;
  readonly name: string;
  readonly address: string | undefined;
  readonly about: readonly string[];
  readonly state: 'fine' | 'broken' | 'silent';
}

/** Labels a card of a host or the store: name and address, further text, contents. */
export function labelCard(
  { port, name, address, about, state }: Card,
  content: readonly string[] = [],
): string {
  return table(
    {
      BORDER: state === 'fine' ? 1 : 2,
      STYLE: state === 'silent' ? 'ROUNDED,DASHED' : 'ROUNDED',
      BGCOLOR: colorOf('card'),
      COLOR: colorOf(state === 'fine' ? 'line' : 'bad'),
      CELLSPACING: 6,
    },
    row(
      cell(
        { PORT: port, WIDTH: cardWidth },
        table(
          {},
          row(
            cell({}, lines(breakLines(name, 24), { size: nameSize, bold: true })),
            cell({ ALIGN: 'RIGHT', VALIGN: 'TOP' }, lines([address ?? ''], soft, 'RIGHT')),
          ),
          ...(about.length === 0
            ? []
            : [row(cell({ COLSPAN: 2 }, lines(breakLines(about.join(' · '), softMost), soft)))]),
        ),
      ),
    ),
    ...content.map((one) => row(cell({}, one))),
  );
}

/** Draws a box within a card, or next to it. */
export function box(
  background: 'paper' | 'bad-paper',
  line: 'line' | 'soft' | 'bad',
  isDashed = false,
) {
  const style = isDashed ? 'ROUNDED,DASHED' : 'ROUNDED';
  return {
    BORDER: 1,
    STYLE: style,
    BGCOLOR: colorOf(background),
    COLOR: colorOf(line),
    CELLPADDING: 3,
  };
}
