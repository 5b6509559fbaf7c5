import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import MarkdownIt from 'markdown-it';

const root = join(import.meta.dirname, '../../..');

/** Headings of a page stand below those of the report. */
const below: Readonly<Record<string, string>> = { h1: 'h4', h2: 'h5', h3: 'h6' };

/**
 * Renders a page of the project as HTML for the report, which is read where the project is not: links to other files
 * become text, and pictures are left out.
 *
 * @param path from the project's root: `docs/diagnoses/vxlan-blocked.md`
 */
export function renderPage(path: string): string {
  const markdown = new MarkdownIt();
  const { rules } = markdown.renderer;
  markdown.core.ruler.push('links-and-pictures', ({ tokens }) => {
    for (const { children } of tokens) {
      if (children === null) continue;
      const open: boolean[] = [];
      for (const one of children) {
        if (one.type === 'link_open') {
          const isWeb = /^https?:/.test(String(one.attrGet('href')));
          open.push(isWeb);
          one.hidden = !isWeb;
        }
        if (one.type === 'link_close') one.hidden = open.pop() === false;
      }
    }
  });
  rules.image = () => '';
  for (const rule of ['link_open', 'link_close']) {
    rules[rule] = (tokens, index, options, _env, self) =>
      tokens[index]?.hidden === true ? '' : self.renderToken(tokens, index, options);
  }
  for (const rule of ['heading_open', 'heading_close']) {
    rules[rule] = (tokens, index, options, _env, self) => {
      const token = tokens[index];
      if (token !== undefined) token.tag = below[token.tag] ?? token.tag;
      return self.renderToken(tokens, index, options);
    };
  }
  return markdown.render(readFileSync(join(root, path), 'utf8'));
}
