import { relative } from 'node:path';
import type { Plugin } from 'vitest/config';
import { BaseSequencer, type TestSpecification, type Vitest } from 'vitest/node';
import { tutorialOrder } from './seed/stages.ts';

/** The place of all unit specs, which one process runs in turn. */
export const unitSpecs = 'unit';

/**
 * The slowest spec files, slowest first. A run starts with them, because a long file at the end would leave the other
 * processors idle. Vitest knows only the size of a file, and some of these files define their tests in other files.
 */
export const longest: readonly string[] = [
  // Its cluster is running already.
  'example/overlay',
  'diagnosis/swarm-mode',
  'check/targets',
  'diagnosis/seed',
  'topology/keep-and-reuse',
  unitSpecs,
  'own-specs/own-specs',
  'topology/interrupted',
  'broken-clusters/broken-clusters',
  'topology/npm-run-e2e',
  'swarm-mode/swarm-mode',
  'cli/readme',
  'report/broken-runs',
  'conditions/conditions',
  'probe/probe',
  'machine-cli/lifecycle',
  'topology/damaged-state',
  'topology/up-and-down',
  'topology/failed',
  'cli/unprivileged',
  'cli/providers-page',
  'topology/traces',
  'machine-cli/words',
  'machine/contract-netns',
  'cli/bench',
];

/**
 * Vitest's order, except that the files of the seed topology are in the tutorial's order: if a step fails because of an
 * earlier one, the earlier failure is reported first. Among the other files, the slowest come first.
 */
class SpecOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => compareSpecs(one.moduleId, other.moduleId));
  }
}

/** The part of Vitest's configuration with the order of files. */
interface Ordered {
  readonly sequence: Pick<Vitest['config']['sequence'], 'sequencer'>;
}

/**
 * Returns a plugin that sets the order of the files of a project in `vitest.config.ts`. As options, a sequencer would
 * override `--sequence.shuffle.files`, and a group would be lost with any `--sequence` option, which replaces all of
 * them.
 *
 * @param group projects with a lower number run first
 */
export function specOrder(group: number): Plugin {
  return {
    name: 'spec-order',
    configureVitest: ({ vitest, project }) => {
      setSpecOrder(vitest.config);
      project.config.sequence.groupOrder = group;
    },
  };
}

/** Sets the order of the files, unless the command line sets another. */
export function setSpecOrder({ sequence }: Ordered): void {
  if (sequence.sequencer === BaseSequencer) sequence.sequencer = SpecOrder;
}

/** Compares the paths of two spec files by their places in a run, as a function for `toSorted` does. */
export function compareSpecs(one: string, other: string): number {
  return tutorialOrder(one) - tutorialOrder(other) || lengthOrder(one) - lengthOrder(other);
}

/** Returns the position of a spec file in `longest`, from 0. Other files come after all of these. */
function lengthOrder(file: string): number {
  const name = relative(import.meta.dirname, file).replace(/\.spec\.ts$/, '');
  const place = longest.indexOf(name.startsWith(`${unitSpecs}/`) ? unitSpecs : name);
  return place < 0 ? longest.length : place;
}
