import { z } from 'zod';
import { readSource, resolveImport, type Source, type SyntaxNode } from './docstrings.ts';

/** The doc comments of a schema, in the structure of the schema. */
interface SchemaDocs {
  readonly doc?: string | undefined;
  readonly fields?: ReadonlyMap<string, SchemaDocs>;
  readonly items?: SchemaDocs | undefined;
  readonly variants?: readonly SchemaDocs[];
}

/** The properties of a JSON Schema that are read here. */
export interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly description?: string;
}

/**
 * Returns the JSON Schema of the input of a zod schema. Its descriptions are the doc comments in the source, which an
 * editor shows to authors of such a file in TypeScript.
 */
export function describeSchema(
  schema: z.ZodType,
  { file, name, title }: { readonly file: string; readonly name: string; readonly title: string },
): JsonSchema & { readonly title: string } {
  const { $schema, ...json } = z.toJSONSchema(schema, { io: 'input' });
  const described = addDocs(json as JsonSchema, docsOfName(readSource(file), name));
  return { $schema, title, ...described } as JsonSchema & { readonly title: string };
}

function addDocs(schema: JsonSchema, docs: SchemaDocs | undefined): JsonSchema {
  const { properties, items, oneOf, anyOf } = schema;
  const variants = (ones: readonly JsonSchema[]) =>
    ones.map((one, index) => addDocs(one, docs?.variants?.[index]));
  return {
    ...(docs?.doc === undefined ? {} : { description: joinLines(docs.doc) }),
    ...schema,
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, one]) => [
              name,
              addDocs(one, docs?.fields?.get(name)),
            ]),
          ),
        }),
    ...(items === undefined ? {} : { items: addDocs(items, docs?.items) }),
    ...(oneOf === undefined ? {} : { oneOf: variants(oneOf) }),
    ...(anyOf === undefined ? {} : { anyOf: variants(anyOf) }),
  };
}

/** Returns the doc comments of a constant, in this file or in the file that exports it. */
function docsOfName(source: Source, name: string): SchemaDocs {
  for (const statement of source.body) {
    const declaration = (
      statement.type === 'ExportNamedDeclaration' ? statement['declaration'] : statement
    ) as SyntaxNode | null;
    for (const one of nodes(declaration?.['declarations'])) {
      if (nameOf(one['id']) !== name) continue;
      const inner = docsOf(source, one['init'] as SyntaxNode);
      // The doc comment of an object describes its purpose; that of a text, such as a name, describes its format.
      const isObject = inner.fields !== undefined || inner.variants !== undefined;
      return isObject ? { doc: source.docOf(statement), ...inner } : inner;
    }
    if (statement.type !== 'ImportDeclaration') continue;
    if (!nodes(statement['specifiers']).some((one) => nameOf(one['local']) === name)) continue;
    const from = (statement['source'] as SyntaxNode)['value'] as string;
    return from.startsWith('.') ? docsOfName(readSource(resolveImport(source, from)), name) : {};
  }
  return {};
}

/** Returns the doc comments in an expression that creates a schema: `z.array(machine).min(1)`. */
function docsOf(source: Source, node: SyntaxNode): SchemaDocs {
  if (node.type === 'Identifier') return docsOfName(source, nameOf(node) ?? '');
  if (node.type !== 'CallExpression') return {};
  const callee = node['callee'] as SyntaxNode;
  const target = callee['object'] as SyntaxNode | undefined;
  const [first, second] = nodes(node['arguments']);
  if (nameOf(target) !== 'z') return target === undefined ? {} : docsOf(source, target);
  switch (nameOf(callee['property'])) {
    case 'strictObject':
      return { fields: fieldsOf(source, first) };
    case 'array':
      return { items: first && docsOf(source, first) };
    case 'union':
      return { variants: nodes(first?.['elements']).map((one) => docsOf(source, one)) };
    case 'discriminatedUnion':
      return { variants: nodes(second?.['elements']).map((one) => docsOf(source, one)) };
    default:
      return {};
  }
}

function fieldsOf(source: Source, object: SyntaxNode | undefined): Map<string, SchemaDocs> {
  return new Map(
    nodes(object?.['properties']).map((property) => {
      const inner = docsOf(source, property['value'] as SyntaxNode);
      const doc = source.docOf(property) ?? inner.doc;
      return [nameOf(property['key']) ?? '', { ...inner, doc }];
    }),
  );
}

function nodes(value: unknown): SyntaxNode[] {
  return Array.isArray(value) ? (value as SyntaxNode[]) : [];
}

function nameOf(node: unknown): string | undefined {
  return (node as { name?: string } | undefined)?.name;
}

function joinLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .join(' ');
}
