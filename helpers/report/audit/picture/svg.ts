import { type Attributes, element, escapeXml } from '../xml.ts';

/** A line of text that ends in «…» where it would be longer than so many characters; its tooltip has all of it. */
export function textLine(
  x: number,
  y: number,
  text: string,
  more: Attributes = {},
  most = Infinity,
): string {
  const { length } = text;
  if (length <= most) return element('text', { x, y, ...more }, escapeXml(text));
  const cut = `${text.slice(0, Math.max(1, most - 1))}…`;
  return element('text', { x, y, ...more }, element('title', {}, escapeXml(text)), escapeXml(cut));
}

/**
 * Colours for light and dark, by what they are for. Pictures bring their own background, so that they can be read
 * wherever they are shown; and ask nobody for fonts.
 */
const lightColors = `--paper: #ffffff; --card: #f5f6f8; --line: #c3c9d2; --ink: #1d2430; --soft: #5a6675; --bad: #c21f1f; --bad-paper: #fdecec; --good: #17803d; --warn: #946200; --net-0: #1f6feb; --net-1: #8b3fc7; --net-2: #0b7a75; --net-3: #b0530b; --net-4: #6b6f00;`;
const darkColors = `--paper: #14181f; --card: #1e242d; --line: #465160; --ink: #e8ecf1; --soft: #a3afbe; --bad: #ff7b72; --bad-paper: #3d1d1f; --good: #56d364; --warn: #e3b341; --net-0: #6cb6ff; --net-1: #d2a8ff; --net-2: #4fd1c5; --net-3: #ffa657; --net-4: #d4d35a;`;

/** The names of the colours are a class's own, and so is every rule: a picture within a page changes nothing else of it. */
const rootClass = 'overlay-picture';

// Text has the root's colour, unless something else is said of it: also by an attribute, which a rule would overrule.
const rules = `
.paper { fill: var(--paper); } .soft { fill: var(--soft); font-size: 11.5px; } .strong { font-weight: 600; } .title { font-size: 16px; font-weight: 600; }
.card { fill: var(--card); stroke: var(--line); } .inner { fill: var(--paper); stroke: var(--line); } .gone { stroke-dasharray: 4 3; } .broken { stroke: var(--bad); stroke-width: 2; }
.right { fill: none; stroke: var(--good); } .control { fill: none; stroke: var(--line); stroke-width: 1.5; stroke-dasharray: 2 3; }
.hop { fill: none; stroke: var(--bad); stroke-width: 2; stroke-dasharray: 6 3; } .arrow, text.bad { fill: var(--bad); } .pill { fill: var(--bad-paper); stroke: var(--bad); } text.good { fill: var(--good); } text.warn { fill: var(--warn); } .mid { text-anchor: middle; } .end { text-anchor: end; }
${[0, 1, 2, 3, 4].map((one) => `.net-${one} { fill: var(--net-${one}); stroke: var(--net-${one}); } .letter-${one} { fill: var(--paper); font-size: 11px; font-weight: 700; }`).join('\n')}`;

const style = `
.${rootClass} { ${lightColors} fill: var(--ink); font: 13px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
@media (prefers-color-scheme: dark) { .${rootClass} { ${darkColors} } }${rules.replaceAll(/([.a-z][\w.-]*)(?=[^{}]*\{)/g, `.${rootClass} $1`)}`;

/** How many colours there are for networks; beyond them they repeat, and their letters do not. */
export const networkColors = 5;

/** A picture: as wide as it wants to be, narrower where there is less room. */
export function picture(
  {
    width,
    height,
    title,
    description,
  }: { width: number; height: number; title: string; description: string },
  content: readonly string[],
): string {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      class: rootClass,
      role: 'img',
      style: 'max-width: 100%; height: auto',
    },
    element('title', {}, escapeXml(title)),
    element('desc', {}, escapeXml(description)),
    `<style>${style}</style>\n`,
    element('rect', { class: 'paper', width, height }),
    '\n',
    content.join('\n'),
    '\n',
  );
}
