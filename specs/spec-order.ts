import { relative } from 'node:path';
import type { Plugin } from 'vitest/config';
import { BaseSequencer, type TestSpecification, type Vitest } from 'vitest/node';
import { tutorialOrder } from './seed/stages.ts';

/**
 * The spec files that take longest, longest first. A run begins with them: a long file at the end would leave the other
 * processors idle. Vitest knows only the size of a file, and some of these describe their tests elsewhere.
 */
export const longest: readonly string[] = [
  'diagnosis/swarm-mode',
  'swarm-mode/swarm-mode',
  'machine-cli/words',
  'machine-cli/lifecycle',
  'diagnosis/seed',
  'own-specs/own-specs',
  'topology/killed',
  'topology/interrupted',
  'machine/contract-docker-machine',
  'probe/probe',
  'machine-cli/machines',
  'broken-clusters/broken-clusters',
  'check/targets',
  'topology/keep-and-reuse',
  'topology/npm-run-e2e',
  'conditions/conditions',
  'engine-versions/rolling-upgrade',
  'cli/readme',
  'machine/contract-netns',
  'cli/bench',
];

/**
 * Vitest's order, but the seed topology's files in the tutorial's order: when a part fails because of an earlier part, the
 * earlier failure is reported first. Of the other files, the longest come first.
 */
class SpecOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => compareSpecs(one.moduleId, other.moduleId));
  }
}

/** The part of Vitest's configuration that says in which order files run. */
interface Ordered {
  readonly sequence: Pick<Vitest['config']['sequence'], 'sequencer'>;
}

/**
 * For a project in `vitest.config.ts`. As options there, a sequencer would win over `--sequence.shuffle.files`, and a
 * group would be lost to any `--sequence` option, which replaces all of them.
 *
 * @param group the projects of a lower one run first
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

/** A spec file's place among the longest, from 0; after all of them if it is none of these. */
function lengthOrder(file: string): number {
  const place = longest.indexOf(relative(import.meta.dirname, file).replace(/\.spec\.ts$/, ''));
  return place < 0 ? longest.length : place;
}
