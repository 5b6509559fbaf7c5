import type { JsonSchema } from './schema-docs.ts';
import { code, page, table } from './markdown.ts';

/** Returns a page with all fields of a file and their meaning. */
export function fieldPage(title: string, schema: JsonSchema, lead: readonly string[]): string {
  return page(title, [...lead, ...objectSections(schema, '')]);
}

/** Returns a table for an object and one for each object in it. */
function objectSections(schema: JsonSchema, path: string): string[] {
  const { properties = {}, required = [] } = schema;
  const rows = Object.entries(properties).map(([name, field]) => [
    code(name),
    typeOf(field),
    required.includes(name) ? 'yes' : '',
    field.description ?? '',
  ]);
  const head = ['field', 'type', 'required', 'meaning'];
  const inner = Object.entries(properties).flatMap(([name, field]) =>
    innerObjects(field, path === '' ? name : `${path}.${name}`),
  );
  return [table(head, rows), ...inner];
}

function innerObjects(field: JsonSchema, path: string): string[] {
  if (field.items !== undefined) return innerObjects(field.items, `${path}[]`);
  if (field.properties !== undefined) return [`## \`${path}\``, ...objectSections(field, path)];
  const variants = (field.oneOf ?? field.anyOf ?? []).filter((one) => one.properties !== undefined);
  return variants.flatMap((one) => [
    `## \`${path}\`${kindOf(one)}`,
    ...(one.description === undefined ? [] : [one.description]),
    ...objectSections(one, path),
  ]);
}

/** Returns the field that distinguishes a variant. */
function kindOf({ properties = {} }: JsonSchema): string {
  const { kind } = properties;
  return kind === undefined ? '' : ` with \`kind\` ${typeOf(kind).replaceAll(' or ', ', ')}`;
}

function typeOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum !== undefined) {
    return schema.enum.map((one) => code(JSON.stringify(one))).join(' or ');
  }
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}s`;
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants !== undefined) return [...new Set(variants.map(typeOf))].join(' or ');
  if (schema.type === 'object' && schema.properties === undefined) {
    const { additionalProperties: values } = schema;
    return `${typeof values === 'object' ? typeOf(values) : 'string'}s by name`;
  }
  return (
    { string: 'string', integer: 'integer', boolean: '`true` or `false`' }[schema.type ?? ''] ??
    schema.type ??
    'any'
  );
}
