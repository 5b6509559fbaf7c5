import { afterAll, beforeAll, describe } from 'vitest';
import { openLab, type Lab } from './lab.ts';
import { readRecordings } from './recordings.ts';
import { replay } from './replay.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

// In the order in which they were recorded: each finds what those before it have left.
describe('docker-machine’s words', { shuffle: false }, () => {
  describe.concurrent('in an empty store', () => {
    for (const recording of readRecordings('words')) replay(() => lab, recording);
  });

  describe('with machines that are an URL and no more, options stand where docker-machine lets them', () => {
    for (const recording of readRecordings('order')) replay(() => lab, recording);
  });

  describe('in stores of other places, and with broken machines', () => {
    for (const recording of readRecordings('broken')) replay(() => lab, recording);
  });
});
