import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Comment, parseSync } from 'oxc-parser';

/** The properties of a syntax tree node that are read here. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** A source file, with its doc comments. */
export interface Source {
  readonly file: string;
  readonly text: string;
  readonly body: readonly SyntaxNode[];
  /** Returns the doc comment directly before a node, as Markdown; undefined if there is no comment. */
  docOf(node: SyntaxNode): string | undefined;
}

const read = new Map<string, Source>();

/** Reads a TypeScript file of the project. */
export function readSource(file: string): Source {
  const known = read.get(file);
  if (known !== undefined) return known;
  const text = readFileSync(file, 'utf8');
  const { program, comments, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`read ${file}: ${errors[0]?.message}`);
  const docOf = (node: SyntaxNode) =>
    comments
      .filter((one) => isDocstring(one) && one.end <= node.start)
      .filter((one) => text.slice(one.end, node.start).trim() === '')
      .map((one) => textOf(one))
      .at(-1);
  const source = { file, text, body: program.body as unknown as SyntaxNode[], docOf };
  read.set(file, source);
  return source;
}

/** Returns the file that an import in this file refers to. */
export function resolveImport({ file }: Source, from: string): string {
  return join(dirname(file), from);
}

function isDocstring({ type, value }: Comment): boolean {
  return type === 'Block' && value.startsWith('*');
}

function textOf({ value }: Comment): string {
  return value
    .slice(1)
    .replaceAll(/^[ \t]*\* ?/gm, '')
    .replaceAll(
      /\{@link (\S+?)(?: (.+?))?\}/g,
      (_, name: string, words?: string) => words ?? `\`${name}\``,
    )
    .trim();
}
