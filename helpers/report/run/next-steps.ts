/** What somebody may do at the end of a run: a command to type, or a page to open, and what comes of it. */
export interface NextStep {
  readonly type: string;
  readonly does: string;
}

/** The last lines of every run of which there is something to do next, the same everywhere. */
export function nextLines(steps: readonly NextStep[]): string[] {
  // A URL is longer than all commands, and would push what they do out of sight.
  const widest = Math.max(...steps.map(({ type }) => (type.length > 50 ? 0 : type.length)), 0);
  return steps.map(({ type, does }, index) => {
    const head = index === 0 ? 'next: ' : '      ';
    return `${head}${type.padEnd(widest)}   ${does}`;
  });
}

/** What tells most of a cluster or machine that could not be stood up. */
export const askDoctor: NextStep = {
  type: 'npx overlay-e2e doctor',
  does: 'shows what this machine is missing',
};

export const checkCluster: NextStep = {
  type: 'npx overlay-e2e check',
  does: 'finds what is wrong with the cluster',
};

export const takeDownCluster: NextStep = { type: 'npx overlay-e2e down', does: 'tears it down' };
