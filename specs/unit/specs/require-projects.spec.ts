import { expect, test } from 'vitest';
import { describeUnknownProject } from '../../require-projects.ts';

const names = ['unit', 'machines', 'seed', 'mine'];

test.each([
  [['run', '--project', 'mnie'], 'no project "mnie". Did you mean "unit" or "mine"?'],
  [['--project=sed', 'specs/a.spec.ts'], 'no project "sed". Did you mean "seed"?'],
  [['--project', 'seed', '--project', 'x'], 'no project "x"'],
])('an unknown project among %j is named, with a list of all projects', (argv, first) => {
  expect(describeUnknownProject(argv, names)).toBe(`${first}\nprojects: ${names.join(', ')}`);
});

test.each([
  [['run', 'specs/a.spec.ts']],
  [['--project', 'seed', '--bail', '1']],
  [['--project', 'se*', '--project', '!unit']],
])('accepts the projects %j', (argv) => {
  expect(describeUnknownProject(argv, names)).toBeUndefined();
});
