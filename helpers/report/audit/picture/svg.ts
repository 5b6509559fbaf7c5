import { type Attributes, element, escapeXml } from '../xml.ts';
import { variables } from './palette.ts';

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

/** The names of the colours are a class's own, and so is every rule: a picture within a page changes nothing else of it. */
export const rootClass = 'overlay-picture';

// Text has the root's colour, unless something else is said of it: also by an attribute, which a rule would overrule.
const rules = `
.paper { fill: var(--paper); } .soft { fill: var(--soft); font-size: 11.5px; } .strong { font-weight: 600; } .title { font-size: 16px; font-weight: 600; }
.card { fill: var(--card); stroke: var(--line); } .right { fill: none; stroke: var(--good); } .control { fill: none; stroke: var(--line); stroke-width: 1.5; stroke-dasharray: 2 3; }
.pill { fill: var(--bad-paper); stroke: var(--bad); } text.bad { fill: var(--bad); } text.good { fill: var(--good); } text.warn { fill: var(--warn); } .mid { text-anchor: middle; } .end { text-anchor: end; }
`;

/** Pictures bring their own background, so that they can be read wherever they are shown; and ask nobody for fonts. */
const style = `
.${rootClass} { ${variables('light')} fill: var(--ink); font: 13px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
@media (prefers-color-scheme: dark) { .${rootClass} { ${variables('dark')} } }${rules.replaceAll(/([.a-z][\w.-]*)(?=[^{}]*\{)/g, `.${rootClass} $1`)}`;

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
