import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../../..');
const sources = globSync('helpers/{check/{compare,diagnose,derive},report}/**/*.ts', {
  cwd: root,
}).map((file) => ({
  file,
  text: readFileSync(join(root, file), 'utf8').replaceAll('String.raw', ''),
}));

/** Returns the lines that use a field, each with its file. */
function usesOf(field: RegExp): string[] {
  return sources.flatMap(({ file, text }) =>
    text
      .split('\n')
      .filter((line) => field.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
}

/*
 * An observation has fields of which a bundle contains only a part. A comparison that uses another part would have other
 * findings with a bundle than with the cluster.
 */

test('An audit reads the responses of engines only by the schemas of a bundle', () => {
  const uses = usesOf(/\braw\b/);
  expect(uses.length).toBeGreaterThan(4);
  const loose = uses.filter(
    (line) =>
      // Parameters that pass it on, and the parse itself.
      !/\bnetwork(?:Families|Pools|Endpoints)\.safeParse\((?:known\?\.)?raw\)/.test(line) &&
      !/\binspectedContainer\.safeParse\(facts\?\.raw\)/.test(line) &&
      !/\{[^}]*\braw\b[^}]*\}(?::|\)|,)/.test(line),
  );
  expect(loose).toEqual([]);
});

test('An audit uses no other host configuration than the published ports', () => {
  const uses = usesOf(/\bhostConfig\b/);
  expect(uses.length).toBeGreaterThan(0);
  const others = uses.filter(
    (line) => !/hostConfig['"]?\]?(?:\['PortBindings'\]| \}\))/.test(line),
  );
  expect(others).toEqual([]);
});

test('An audit uses no environment variables of containers', () => {
  expect(usesOf(/\bfacts\.env\b|\{[^}=]*\benv\b[^}=]*\}: ContainerFacts/)).toEqual([]);
});

test('An audit uses no labels but those of services', () => {
  const uses = usesOf(/\blabels\[/);
  expect(uses.length).toBeGreaterThan(0);
  expect(uses.filter((line) => !line.includes("labels['com.docker.swarm."))).toEqual([]);
});
