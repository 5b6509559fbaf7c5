import type { Graphviz } from '@hpcc-js/wasm-graphviz';
import { firstLine, HarnessError } from '../../../process/errors/harness-error.ts';

/** A drawn graph: its size, and its elements without the frame. */
export interface Drawn {
  readonly width: number;
  readonly height: number;
  readonly content: string;
}

/** The font whose metrics Graphviz uses: fallback fonts are not wider. */
export const measuredFont = 'Verdana';

/** Lays a graph out. Graphviz is loaded when the first is drawn, as most commands draw none. */
export async function runGraphviz(graph: string): Promise<Drawn> {
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz');
  const graphviz = await Graphviz.load();
  const svg = layOut(graphviz, graph);
  const size = /viewBox="[\d.-]+ [\d.-]+ ([\d.]+) ([\d.]+)"/.exec(svg);
  const content = svg
    .slice(svg.indexOf('<g '), svg.lastIndexOf('</svg>'))
    .replaceAll(/<!--[^]*?-->\n?/g, '')
    // Its tooltips are the names that nodes have in the graph only.
    .replaceAll(/<title>[^<]*<\/title>\n?/g, '')
    // The picture's styles set the font, with fallbacks.
    .replaceAll(` font-family="${measuredFont}"`, '')
    .replaceAll('&#45;', '-')
    .replaceAll('&#39;', "'");
  return { width: Number(size?.[1]), height: Number(size?.[2]), content };
}

/** Graphviz draws a node without its label when that has an error, and says nothing of it: so it is counted. */
function layOut(graphviz: Pick<Graphviz, 'layout'>, graph: string): string {
  try {
    const svg = graphviz.layout(graph, 'svg_inline', 'dot');
    const [said, drawn] = [countOf(/<FONT /g, graph), countOf(/<text /g, svg)];
    if (said !== drawn) throw new Error(`${drawn} of ${said} texts are in the picture`);
    return svg;
  } catch (cause) {
    throw new HarnessError({
      code: 'internal',
      tried: 'draw the topology with Graphviz',
      observed: firstLine(cause),
      hint: 'skip the picture, and report this with the output of check --json',
      cause,
    });
  }
}

function countOf(pattern: RegExp, text: string): number {
  return text.match(pattern)?.length ?? 0;
}
