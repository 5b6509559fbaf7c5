import { test as base } from 'vitest';
import { openNetnsLab } from './netns-lab.ts';

/** One state directory for all tests of a file. */
export const test = base.extend(
  'lab',
  { scope: 'file' },
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  async ({}, { onCleanup }) => {
    const lab = await openNetnsLab();
    onCleanup(() => lab[Symbol.asyncDispose]());
    return lab;
  },
);
