import { readSource, type SyntaxNode } from './docstrings.ts';

/** A field or a method of an interface, or an exported name, and what its docstring says. */
export interface MemberDocs {
  readonly name: string;
  /** As the source has it. */
  readonly signature: string;
  /** Markdown; undefined where nothing is said. */
  readonly doc: string | undefined;
}

export interface InterfaceDocs {
  readonly doc: string | undefined;
  readonly members: readonly MemberDocs[];
}

/** What is said of an interface of a file of ours, wherever in it. */
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

/** What is said of a name that a file of ours exports. */
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

/** All declarations, each with the statement that its docstring stands before. */
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
