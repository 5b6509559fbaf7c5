/** A drawn graph: its size, and its elements without the frame. */
export interface Drawn {
  readonly width: number;
  readonly height: number;
  readonly content: string;
}

/** The font of whose measures Graphviz is told: none that a reader may have instead is wider. */
export const measuredFont = 'Verdana';

/** Lays a graph out. Graphviz is loaded when the first is drawn, as most commands draw none. */
export async function runGraphviz(graph: string): Promise<Drawn> {
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz');
  const graphviz = await Graphviz.load();
  const svg = graphviz.layout(graph, 'svg_inline', 'dot');
  const size = /viewBox="[\d.-]+ [\d.-]+ ([\d.]+) ([\d.]+)"/.exec(svg);
  const content = svg
    .slice(svg.indexOf('<g '), svg.lastIndexOf('</svg>'))
    .replaceAll(/<!--[^]*?-->\n?/g, '')
    // Its tooltips are the names that nodes have in the graph only.
    .replaceAll(/<title>[^<]*<\/title>\n?/g, '')
    // The picture's style says it, with what to take where there is none.
    .replaceAll(` font-family="${measuredFont}"`, '')
    .replaceAll('&#45;', '-')
    .replaceAll('&#39;', "'");
  return { width: Number(size?.[1]), height: Number(size?.[2]), content };
}
