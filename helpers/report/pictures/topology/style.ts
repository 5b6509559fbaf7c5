import { type Color, palette } from '../palette.ts';
import { rootClass } from '../svg.ts';
import { measuredFont } from './run-graphviz.ts';

/** Returns a color for Graphviz: the one of the light theme. */
export function colorOf(name: Color): string {
  return palette[name][0];
}

const ofNetworks = ['net-0', 'net-1', 'net-2', 'net-3', 'net-4'] as const;

export function colorOfNetwork(index: number): string {
  return colorOf(ofNetworks[index % ofNetworks.length] ?? 'net-0');
}

/** Makes Graphviz's colors follow the theme. Viewers without CSS variables show the light one. */
const coloring = Object.entries(palette).flatMap(([name, [light]]) =>
  ['fill', 'stroke'].map(
    (what) => `.${rootClass} [${what}="${light}"] { ${what}: var(--${name}); }`,
  ),
);

/** The styles of pictures by Graphviz. */
export const style = [
  `.${rootClass} .graph text { font-family: ${measuredFont}, "DejaVu Sans", sans-serif; }`,
  ...coloring,
].join('\n');
