import { z } from 'zod';

/** The part of a JSON Schema that describes the fields of an object. */
interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly const?: unknown;
}

/** Returns the names of the fields that the object at a path of a description can have. */
export function findValidFields(
  schema: z.ZodType,
  described: unknown,
  path: readonly PropertyKey[],
): string[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
  let nodes = unfold(root as SchemaNode, described);
  let value = described;
  for (const part of path) {
    value = Object(value)[part] as unknown;
    nodes = nodes.flatMap((node) => {
      const child = typeof part === 'number' ? node.items : childOf(node, String(part));
      return child === undefined ? [] : unfold(child, value);
    });
  }
  return [...new Set(nodes.flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

function childOf({ properties, additionalProperties }: SchemaNode, name: string) {
  const others = typeof additionalProperties === 'object' ? additionalProperties : undefined;
  return properties?.[name] ?? others;
}

/** Resolves a union to the members that the value can be, according to its constant fields. */
function unfold(node: SchemaNode, value: unknown): SchemaNode[] {
  const members = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  if (members.length === 0) return [node];
  return members
    .flatMap((member) => unfold(member, value))
    .filter(({ properties = {} }) =>
      Object.entries(properties).every(
        ([name, { const: only }]) => only === undefined || only === Object(value)[name],
      ),
    );
}
