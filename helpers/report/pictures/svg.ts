import { element, escapeXml } from '../text/xml.ts';
import { variables } from './palette.ts';

/** Color variables and rules are scoped to one class, so that a picture within a page changes nothing else. */
export const rootClass = 'overlay-picture';

/**
 * Pictures have a background, so that they are readable anywhere, and load no fonts. Text has the root's color unless an
 * attribute sets another, as in pictures of libraries.
 */
const style = `
.${rootClass} { ${variables('light')} fill: var(--ink); font: 13px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
@media (prefers-color-scheme: dark) { .${rootClass} { ${variables('dark')} } }
.${rootClass} .paper { fill: var(--paper); }
`;

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
