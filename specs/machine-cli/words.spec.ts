import { afterAll, beforeAll, describe } from 'vitest';
import { openLab, type Lab } from './lab.ts';
import { readRecordings, readWords } from './recordings.ts';
import { replay } from './replay.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

// In the order of the recordings: each depends on the state that the previous ones leave.
describe('Texts of docker-machine', { shuffle: false }, () => {
  describe.concurrent('in an empty state directory', () => {
    for (const recording of readWords('in every run')) replay(() => lab, recording);
  });

  describe('with machines that are only a URL, and options in every position', () => {
    for (const recording of readRecordings('order')) replay(() => lab, recording);
  });

  describe('in other state directories, and with broken machines', () => {
    for (const recording of readRecordings('broken')) replay(() => lab, recording);
  });
});
