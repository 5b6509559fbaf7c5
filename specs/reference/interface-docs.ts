import { readSource, type SyntaxNode } from './docstrings.ts';

/** A field or a method of an interface, or an exported name, with its doc comment. */
export interface MemberDocs {
  readonly name: string;
  /** The source text. */
  readonly signature: string;
  /** Markdown; undefined without a doc comment. */
  readonly doc: string | undefined;
}

export interface InterfaceDocs {
  readonly doc: string | undefined;
  readonly members: readonly MemberDocs[];
}

/** Returns the doc comments of an interface in a file of the project. */
export function docsOfInterface(file: string, name: string): InterfaceDocs {
  const source = readSource(file);
  for (const { outer, declaration } of declarationsIn(source.body)) {
    if (declaration.type !== 'TSInterfaceDeclaration' || nameOf(declaration['id']) !== name)
      continue;
    const body = declaration['body'] as { readonly body: readonly SyntaxNode[] };
    return {
      doc: source.docOf(outer),
      members: body.body.map((member) => ({
        name: nameOf(member['key']) ?? '',
        signature: source.text
          .slice(member.start, member.end)
          .replace(/^readonly /, '')
          .replace(/;$/, ''),
        doc: source.docOf(member),
      })),
    };
  }
  throw new Error(`${file} has no interface ${name}`);
}

/** Returns the doc comment of a name that a file of the project exports. */
export function docOfExport(file: string, name: string): string | undefined {
  const source = readSource(file);
  for (const { outer, declaration } of declarationsIn(source.body)) {
    const names = [
      declaration,
      ...((declaration['declarations'] as SyntaxNode[] | undefined) ?? []),
    ];
    if (names.some((one) => nameOf(one['id']) === name)) return source.docOf(outer);
  }
  throw new Error(`${file} exports no ${name}`);
}

/** Returns all declarations, each with the statement that follows its doc comment. */
function declarationsIn(
  statements: readonly SyntaxNode[],
): { readonly outer: SyntaxNode; readonly declaration: SyntaxNode }[] {
  return statements.flatMap((outer) => {
    const declaration =
      outer.type === 'ExportNamedDeclaration' ? (outer['declaration'] as SyntaxNode | null) : outer;
    if (declaration === null) return [];
    // declare module 'vitest' { … }
    const inner = declaration.type === 'TSModuleDeclaration' ? declaration['body'] : undefined;
    const within = (inner as { readonly body?: readonly SyntaxNode[] } | undefined)?.body ?? [];
    return [{ outer, declaration }, ...declarationsIn(within)];
  });
}

function nameOf(node: unknown): string | undefined {
  return (node as { name?: string } | null | undefined)?.name;
}
