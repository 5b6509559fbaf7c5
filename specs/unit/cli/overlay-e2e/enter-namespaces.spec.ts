import { expect, test } from 'vitest';
import { shownCommands } from '../../../../helpers/cli/overlay-e2e/describe.ts';
import { commandsWithMachines } from '../../../../helpers/cli/overlay-e2e/enter-namespaces.ts';
import { createProgram } from '../../../../helpers/cli/overlay-e2e/program.ts';

test('Each command enters the namespaces of machines without root, or reaches no machine', () => {
  const all = shownCommands(createProgram()).map((one) => one.name());
  const here = all.filter((name) => !commandsWithMachines.has(name));
  expect(here.toSorted()).toEqual(['completion', 'discover', 'init', 'plugin', 'report']);
  expect([...commandsWithMachines].filter((name) => !all.includes(name))).toEqual([]);
});
