import { expect, test } from 'vitest';
import { chooseProgram, folderOfChild } from '../../../../helpers/cli/executable/choose-program.ts';

const folder = '/home/me/.cache/overlay-e2e/executable/0123456789abcdef';

test.for([
  ['overlay-e2e', ['check', '--json'], 'overlay-e2e', ['check', '--json']],
  ['./overlay-e2e-linux-x64', [], 'overlay-e2e', []],
  ['/usr/bin/netns-machine', ['ls'], 'netns-machine', ['netns-machine', 'ls']],
  ['docker-machine', ['ls'], 'netns-machine', ['docker-machine', 'ls']],
  ['/x/docker-overlay', ['overlay', 'check'], 'overlay-e2e', ['docker-plugin', 'overlay', 'check']],
] as const)('%s with %j is the program %s with %j', ([calledAs, words, file, others]) => {
  expect(chooseProgram(calledAs, words, folder)).toEqual({ file, words: others });
});

test('the file of a child program in the unpacked folder is that program', () => {
  const file = `${folder}/helpers/process/outside/run-outside.js`;
  expect(chooseProgram('overlay-e2e', [file, 'socket', 'curl'], folder)).toEqual({
    file: 'run-outside',
    words: ['socket', 'curl'],
  });
  // A file elsewhere is an argument.
  const elsewhere = '/tmp/helpers/process/outside/run-outside.js';
  expect(chooseProgram('overlay-e2e', [elsewhere], folder)).toEqual({
    file: 'overlay-e2e',
    words: [elsewhere],
  });
});

test('a child finds the folder of its parent only if it is of the same executable', () => {
  const digest = '0123456789abcdef';
  expect(folderOfChild(`${folder}/overlay-e2e.js`, digest)).toBe(folder);
  expect(folderOfChild(`${folder}/overlay-e2e.js`, 'fedcba9876543210')).toBeUndefined();
  expect(folderOfChild('check', digest)).toBeUndefined();
  expect(folderOfChild(undefined, digest)).toBeUndefined();
});
