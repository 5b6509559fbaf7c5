import { XMLParser } from 'fast-xml-parser';
import { textWidth } from './findings/text-width.ts';

type Node = Record<string, unknown>;

/** A shape of a picture with a description: its horizontal extent, and its tooltip. */
export interface Shape {
  readonly title: string;
  readonly left: number;
  readonly right: number;
}

/** Returns all lines of text of a picture, which must be parseable. */
export function textsOf(svg: string): string[] {
  const texts: string[] = [];
  visit(parse(svg), (name, content) => {
    // A text of several lines has one element for each.
    if (name === 'text' || name === 'tspan') texts.push(...ownText(content));
  });
  return texts;
}

/** Returns all paths with a tooltip, in drawing order. */
export function shapesOf(svg: string): Shape[] {
  const shapes: Shape[] = [];
  visit(parse(svg), (name, content, attributes) => {
    if (name !== 'path') return;
    const titles = content.flatMap((one) =>
      Array.isArray(one['title']) ? ownText(one['title']) : [],
    );
    for (const title of titles) shapes.push({ title, ...extentOf(String(attributes['@_d'])) });
  });
  return shapes;
}

/** A line of text with its extent. */
export interface TextBox extends Box {
  readonly text: string;
  /** The position of its baseline. */
  readonly y: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Returns the extents of all texts in a picture by Graphviz, and of its rectangles and rounded boxes. */
export function boxesOf(svg: string): {
  readonly width: number;
  readonly height: number;
  readonly texts: readonly TextBox[];
  readonly boxes: readonly Box[];
} {
  const [, width = Number.NaN, height = Number.NaN] =
    / width="([\d.]+)" height="([\d.]+)"/.exec(svg)?.map(Number) ?? [];
  const moved = /class="graph" transform="[^"]*translate\(([\d.-]+) ([\d.-]+)\)/.exec(svg);
  const [, dx = Number.NaN, dy = Number.NaN] = moved?.map(Number) ?? [];
  const texts: TextBox[] = [];
  const boxes: Box[] = [];
  visit(parse(svg), (name, content, attributes) => {
    const number = (key: string) => Number(attributes[`@_${key}`]);
    if (name === 'text') {
      const text = ownText(content).join('');
      const size = number('font-size');
      const weight = attributes['@_font-weight'] === 'bold' ? 'bold' : 'regular';
      const [left, y] = [number('x') + dx, number('y') + dy];
      const right = left + textWidth(text, size, weight);
      texts.push({ text, y, left, right, top: y - size * 0.75, bottom: y + size * 0.22 });
    }
    const isBox =
      name === 'polygon' || (name === 'path' && !String(attributes['@_d']).includes('C-'));
    if (isBox && attributes['@_fill'] !== 'none') {
      const points = String(attributes['@_d'] ?? attributes['@_points']);
      const all = [...points.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)];
      const [xs, ys] = [all.map(([, x]) => Number(x) + dx), all.map(([, , y]) => Number(y) + dy)];
      boxes.push({
        left: Math.min(...xs),
        right: Math.max(...xs),
        top: Math.min(...ys),
        bottom: Math.max(...ys),
      });
    }
  });
  return { width, height, texts, boxes };
}

function parse(svg: string): Node[] {
  const parser = new XMLParser({
    preserveOrder: true,
    parseTagValue: false,
    trimValues: false,
    ignoreAttributes: false,
    parseAttributeValue: false,
  });
  return parser.parse(svg, true) as Node[];
}

function visit(
  nodes: readonly Node[],
  see: (name: string, content: readonly Node[], attributes: Node) => void,
): void {
  for (const node of nodes) {
    for (const [name, content] of Object.entries(node)) {
      if (!Array.isArray(content)) continue;
      see(name, content as Node[], (node[':@'] ?? {}) as Node);
      visit(content as Node[], see);
    }
  }
}

function ownText(content: readonly Node[]): string[] {
  return content.flatMap((one) => ('#text' in one ? [String(one['#text'])] : []));
}

/** Returns the extent of a path with absolute points, or with one point and relative lengths. */
function extentOf(path: string): { left: number; right: number } {
  const absolute = [...path.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x]) => Number(x));
  const lengths = [...path.matchAll(/h(-?[\d.]+)/g)].map(([, length]) => Number(length));
  const first = absolute[0] ?? Number.NaN;
  const all = [...absolute, ...lengths.map((length) => first + Math.max(0, length))];
  return { left: Math.min(...all), right: Math.max(...all) };
}
