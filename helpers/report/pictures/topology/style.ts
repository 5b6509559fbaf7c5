import { type Color, palette } from '../palette.ts';
import { rootClass } from '../svg.ts';
import { measuredFont } from './run-graphviz.ts';

/** A colour as Graphviz is told it: the one for light paper. */
export function colorOf(name: Color): string {
  return palette[name][0];
}

const ofNetworks = ['net-0', 'net-1', 'net-2', 'net-3', 'net-4'] as const;

export function colorOfNetwork(index: number): string {
  return colorOf(ofNetworks[index % ofNetworks.length] ?? 'net-0');
}

/**
 * Has what Graphviz has coloured follow the paper. What shows pictures and knows no variables leaves them as they are: for
 * light paper.
 */
const coloring = Object.entries(palette).flatMap(([name, [light]]) =>
  ['fill', 'stroke'].map(
    (what) => `.${rootClass} [${what}="${light}"] { ${what}: var(--${name}); }`,
  ),
);

/** Of a picture that Graphviz has drawn. */
export const style = [
  `.${rootClass} .graph text { font-family: ${measuredFont}, "DejaVu Sans", sans-serif; }`,
  ...coloring,
].join('\n');
