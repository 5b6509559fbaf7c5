import { test as base } from '../../helpers/spec/spec.ts';
import { stageOf } from './stages.ts';

export { expect, type Lab } from '../../helpers/spec/spec.ts';

/** Exports everything that a spec of the seed topology uses: `lab` and Vitest's own functions. */
export const test = base.override('needs', ({ task }) => stageOf(task.file.filepath));
