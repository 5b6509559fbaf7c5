import type { Config, TopLevelSpec } from 'vega-lite';
import { picture } from './svg.ts';

/** The title of a chart, and its text alternative. */
export interface ChartWords {
  readonly title: string;
  readonly description: string;
}

/** Sizes of text in charts. */
export const textSize = 12;
export const smallSize = 11;

/** Returns the approximate width of a text, without font metrics. */
export function widthOf(text: string, size = smallSize): number {
  return text.length * size * 0.56;
}

export interface TitleLook {
  readonly color?: 'ink' | 'good' | 'bad' | 'warn';
  /** The alignment: with the axes and labels of the chart, or with its plot area. */
  readonly frame?: 'bounds' | 'group';
}

/** Returns the title lines above a chart. */
export function titleLines(
  text: string,
  subtitle: string | string[],
  { color = 'ink', frame = 'bounds' }: TitleLook = {},
): NonNullable<TopLevelSpec['title']> {
  return {
    text,
    subtitle,
    anchor: 'start',
    frame,
    fontSize: 16,
    fontWeight: 600,
    color: `var(--${color})`,
    subtitleColor: 'var(--soft)',
    subtitleFontSize: smallSize,
    subtitlePadding: 6,
    offset: 10,
  };
}

/** Colors by purpose, from the picture's styles: they follow the light or dark theme. */
const config: Config = {
  background: 'transparent',
  font: 'inherit',
  padding: 0,
  view: { stroke: null },
  text: { color: 'var(--ink)', fontSize: smallSize },
  rule: { color: 'var(--line)' },
  axis: {
    domain: false,
    ticks: false,
    gridColor: 'var(--line)',
    gridOpacity: 0.6,
    labelColor: 'var(--soft)',
    labelFontSize: smallSize,
    titleColor: 'var(--soft)',
    titleFontSize: smallSize,
    titleFontWeight: 'normal',
  },
  header: { labelColor: 'var(--ink)', labelFontSize: textSize, titleColor: 'var(--soft)' },
};

/**
 * Draws a chart of Vega-Lite as a picture like all others of a report: readable in light and dark, with its words in
 * it, and what a mark's `description` says as its tooltip. The library is loaded when the first chart is drawn.
 */
export async function renderChart(spec: TopLevelSpec, words: ChartWords): Promise<string> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  guessWidths(vega);
  // Vega leaves out parts it warns about, so a warning is an error.
  const logger = vega.logger(vega.Warn, 'warn', (_, __, [message]) => {
    throw new Error(`chart "${words.title}": ${String(message)}`);
  });
  const { spec: compiled } = compile(spec, { config, logger });
  const svg = await new vega.View(vega.parse(compiled), { renderer: 'none' }).toSVG();
  const [, width = '0', height = '0', content = ''] =
    /^<svg[^>]* width="([\d.]+)" height="([\d.]+)"[^>]*>(.*)<\/svg>$/s.exec(svg) ?? [];
  return picture({ ...words, width: Math.ceil(Number(width)), height: Math.ceil(Number(height)) }, [
    addTooltips(content),
  ]);
}

interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: string | number;
}

/** Without fonts, Vega overestimates text widths by half, which would push labels away. */
function guessWidths(vega: typeof import('vega')): void {
  const { textMetrics } = vega as unknown as {
    // Not among its types, but public: other programs that have no canvas set it too.
    readonly textMetrics: { width: (item: TextItem, text: unknown) => number };
  };
  textMetrics.width = ({ fontSize = smallSize, fontWeight }, text) =>
    widthOf(String(text), fontSize) * (fontWeight === 600 ? 1.15 : 1);
}

/**
 * Converts a mark's screen reader text into a title, which browsers show. It removes the other ARIA attributes, empty
 * elements and excess precision, which are half of the size: as an image, the picture has its own title and description.
 */
function addTooltips(content: string): string {
  return (
    content
      .replaceAll(/<path class="(?:background|foreground)"[^>]*\/>/g, '')
      .replaceAll(
        /<(path|text)( aria-label="([^"]*)"[^>]*?)(?:\/>|>([^<]*)<\/\1>)/g,
        (_, name: string, attributes: string, label: string, text = '') =>
          `<${name}${attributes}><title>${label}</title>${text}</${name}>`,
      )
      // Within tags only: words may have addresses in them, which look like numbers.
      .replaceAll(/<\w[^>]*>/g, (tag) =>
        tag
          .replaceAll(/ (?:role|aria-[a-z]+|pointer-events|font-family)="[^"]*"/g, '')
          .replaceAll(/(?<!\d)\d{1,15}\.\d{3,}/g, (number) =>
            String(Math.round(Number(number) * 100) / 100),
          ),
      )
  );
}
