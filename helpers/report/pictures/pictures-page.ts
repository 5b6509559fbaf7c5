import { element, escapeXml } from '../text/xml.ts';

/** A picture, or the reason why it is missing. */
export type PageEntry = { readonly name: string; readonly svg: string } | MissingEntry;

export interface MissingEntry {
  readonly name: string;
  readonly missing: string;
}

const style = `
:root { color-scheme: light dark; font: 15px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
body { margin: 0; padding: 1rem; background: light-dark(#eceef2, #0b0e13); color: light-dark(#1d2430, #e8ecf1); }
h1 { font-size: 1.3rem; margin: 0 0 1rem; }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 31rem), 1fr)); gap: 1rem; align-items: start; }
figure { margin: 0; padding: .75rem; border-radius: .5rem; background: light-dark(#ffffff, #14181f); overflow-x: auto; }
figure svg { display: block; margin: auto; }
figcaption { font-size: .85rem; opacity: .8; margin-bottom: .25rem; }
`;

/** Renders all pictures in one HTML file without external resources. */
export function writePicturesPage(title: string, entries: readonly PageEntry[]): string {
  const figures = entries.map((one) =>
    element(
      'figure',
      { id: one.name },
      element('figcaption', {}, escapeXml(one.name)),
      'svg' in one ? one.svg : element('p', {}, escapeXml(`✖ not drawn: ${one.missing}`)),
    ),
  );
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    element('title', {}, escapeXml(title)),
    element('style', {}, style),
    element('h1', {}, escapeXml(title)),
    element('main', {}, ...figures),
    '</html>',
    '',
  ].join('\n');
}
