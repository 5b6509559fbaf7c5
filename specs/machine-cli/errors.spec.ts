import { afterAll, beforeAll, describe } from 'vitest';
import { openLab, type Lab } from './lab.ts';
import { readWords } from './recordings.ts';
import { replay } from './replay.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

describe('Errors of docker-machine', () => {
  describe.concurrent('in an empty state directory', () => {
    for (const recording of readWords('on request')) replay(() => lab, recording);
  });
});
