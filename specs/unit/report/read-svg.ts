import { XMLParser } from 'fast-xml-parser';

type Node = Record<string, unknown>;

/** A shape of a picture that says what it is: the extent of its path across, and its tooltip. */
export interface Shape {
  readonly title: string;
  readonly left: number;
  readonly right: number;
}

/** All lines of text of a picture; that it can be parsed is part of what is tested. */
export function textsOf(svg: string): string[] {
  const texts: string[] = [];
  visit(parse(svg), (name, content) => {
    // A text of several lines has each in an element of its own.
    if (name === 'text' || name === 'tspan') texts.push(...ownText(content));
  });
  return texts;
}

/** All paths that have a tooltip, in the order in which they are drawn. */
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

/** Of a path of absolute points, or of one point and relative lengths. */
function extentOf(path: string): { left: number; right: number } {
  const absolute = [...path.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x]) => Number(x));
  const lengths = [...path.matchAll(/h(-?[\d.]+)/g)].map(([, length]) => Number(length));
  const first = absolute[0] ?? Number.NaN;
  const all = [...absolute, ...lengths.map((length) => first + Math.max(0, length))];
  return { left: Math.min(...all), right: Math.max(...all) };
}
