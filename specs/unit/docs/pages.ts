import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import GithubSlugger from 'github-slugger';
import MarkdownIt from 'markdown-it';

export const root = join(import.meta.dirname, '../../..');

/** All pages for people, from the project's root. */
export const pages = globSync(
  [
    '*.md',
    'docs/**/*.md',
    'specs/walkthrough/*.md',
    'specs/example/**/*.md',
    'reports/README.md',
    '.github/*.md',
  ],
  { cwd: root },
).toSorted();

/** The parsed parts of a page. */
export interface Page {
  /** The targets of links and pictures, as written. */
  readonly targets: readonly string[];
  /** The anchors that GitHub gives its headings. */
  readonly anchors: ReadonlySet<string>;
  /** Blocks of code, each with the word behind its fence. */
  readonly blocks: readonly { readonly language: string; readonly text: string }[];
  /** Code within text. */
  readonly words: readonly string[];
}

const markdown = new MarkdownIt({ html: true, linkify: true });
// A name such as README.md is no host.
markdown.linkify.set({ fuzzyLink: false });
const known = new Map<string, Page>();

export function readPage(file: string): Page {
  const page = known.get(file) ?? parsePage(readFileSync(join(root, file), 'utf8'));
  known.set(file, page);
  return page;
}

export function parsePage(text: string): Page {
  const slugger = new GithubSlugger();
  const tokens = markdown.parse(text, {});
  const inline = tokens.flatMap((one) => one.children ?? []);
  const titles = tokens.flatMap((one, index) =>
    one.type === 'heading_open' ? [textOf(tokens[index + 1]?.children ?? [])] : [],
  );
  const html = [...tokens, ...inline].filter(({ type }) => type.startsWith('html_'));
  const inHtml = html.flatMap(({ content }) =>
    [...content.matchAll(/(?:href|src|srcset)="([^"\s]+)/g)].map(([, target = '']) => target),
  );
  const linked = inline.flatMap((one) => one.attrGet('href') ?? one.attrGet('src') ?? []);
  return {
    // An unused `[text]: target` is not a link.
    targets: [...linked, ...inHtml],
    anchors: new Set(titles.map((title) => slugger.slug(title))),
    blocks: tokens
      .filter(({ type }) => type === 'fence')
      .map(({ info, content }) => ({ language: info.trim(), text: content.trim() })),
    words: inline.filter(({ type }) => type === 'code_inline').map(({ content }) => content),
  };
}

function textOf(children: readonly { readonly content: string }[]): string {
  return children.map(({ content }) => content).join('');
}
