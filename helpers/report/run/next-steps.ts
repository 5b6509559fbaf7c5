import { ownCommandLine } from '../../process/own-command.ts';

/** A suggestion at the end of a run: a command or page, and its effect. */
export interface NextStep {
  readonly type: string;
  readonly does: string;
}

/** Returns the last lines of a run with suggestions. */
export function nextLines(steps: readonly NextStep[]): string[] {
  // A URL is longer than all commands and would push their effects off the screen.
  const widest = Math.max(...steps.map(({ type }) => (type.length > 50 ? 0 : type.length)), 0);
  return steps.map(({ type, does }, index) => {
    const head = index === 0 ? 'next: ' : '      ';
    return `${head}${type.padEnd(widest)}   ${does}`;
  });
}

/** Suggests doctor after a failed set-up. */
export function askDoctor(): NextStep {
  return { type: ownCommandLine('doctor'), does: 'shows what this machine is missing' };
}

export function checkCluster(): NextStep {
  return { type: ownCommandLine('check'), does: 'finds problems of the cluster' };
}

export function tearDownCluster(): NextStep {
  return { type: ownCommandLine('down'), does: 'tears it down' };
}
