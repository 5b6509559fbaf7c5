import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { referenceFiles, root } from '../../reference/files.ts';
import { table } from '../../reference/markdown.ts';
import type { JsonSchema } from '../../reference/schema-docs.ts';

const files = referenceFiles();

describe('The reference', () => {
  test.for(Object.entries(files))('%s matches the code', ([file, text]) => {
    // Runs: npm run reference
    expect(readFileSync(join(root, file), 'utf8'), 'outdated: run "npm run reference"').toBe(text);
  });

  test('has only generated pages', () => {
    const pages = readdirSync(join(root, 'docs/reference')).map((name) => `docs/reference/${name}`);
    expect(pages.filter((page) => files[page] === undefined)).toEqual([]);
  });

  test('links all of its pages from its index', () => {
    const index = files['docs/reference/README.md'] ?? '';
    for (const file of Object.keys(files)) {
      const name = file.replace('docs/reference/', '').replace(/^docs\//, '../');
      if (!name.endsWith('README.md')) expect(index).toContain(`](${name})`);
    }
  });

  test.for(['docs/topology.schema.json', 'docs/cluster.schema.json'])(
    '%s describes every field',
    (file) => {
      const fields = fieldsOf(JSON.parse(files[file] ?? '') as JsonSchema, '');
      expect(fields.length).toBeGreaterThan(15);
      expect(fields.filter(([, { description }]) => !/\w{2}.*\.$/.test(description ?? ''))).toEqual(
        [],
      );
    },
  );

  test('describes every fixture and matcher, with an example', () => {
    const [, ...parts] = (files['docs/reference/fixtures.md'] ?? '').split('\n### ');
    expect(parts.length).toBeGreaterThan(15);
    expect(parts.filter((part) => !/```\n\n\S/.test(part)).map(named), 'says nothing').toEqual([]);
    const withExample = parts.filter((part) => /\n {4}\S/.test(part)).map(named);
    expect(withExample).toEqual(
      expect.arrayContaining(
        ['topology', 'machine', 'lab', 'check', 'toPing', 'toReach', 'toBeHealthy'].map(
          (name) => `\`${name}\``,
        ),
      ),
    );
  });

  test('keeps a cell with a vertical bar in one cell', () => {
    expect(
      table(['a', 'b'], [['x | y', 'z']])
        .split('\n')
        .at(-1),
    ).toBe('| x \\| y | z |');
  });
});

function named(part: string): string {
  return part.split('\n')[0] ?? '';
}

/** Returns all fields of a schema, each with its path. */
function fieldsOf(schema: JsonSchema, path: string): [string, JsonSchema][] {
  const { properties = {}, items, oneOf = [], anyOf = [] } = schema;
  return [
    ...Object.entries(properties).flatMap(([name, one]): [string, JsonSchema][] => [
      [`${path}.${name}`, one],
      ...fieldsOf(one, `${path}.${name}`),
    ]),
    ...[items, ...oneOf, ...anyOf].flatMap((one) => (one ? fieldsOf(one, path) : [])),
  ];
}
