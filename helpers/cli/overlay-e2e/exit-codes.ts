import type { ExitCode } from './describe.ts';

/** 128 and the signal's number, as shells have it. */
export const interrupted: ExitCode = {
  codes: [129, 130, 143],
  means: 'interrupted by a signal; everything is cleaned up',
};

export const wrongUsage: ExitCode = {
  codes: [2],
  means: 'wrong usage or input, or the output could not be written',
};
