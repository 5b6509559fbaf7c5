import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';

/** Runs the specs of one combination in a separate process, and returns its exit code: 130 if SIGINT ended it. */
export async function runVitest(combination: string, files: readonly string[]): Promise<number> {
  // Clusters that stay or already run are no use for consecutive runs.
  const { E2E_KEEP: _keep, E2E_REUSE: _reuse, ...env } = process.env;
  const vitest = spawn(
    'vitest',
    ['run', '--configLoader', 'native', '--project', combination, ...files],
    {
      stdio: 'inherit',
      env: { ...env, E2E_COMBINATION: combination },
    },
  );
  const pass = (signal: NodeJS.Signals) => {
    // A terminal has already sent Ctrl-C to the process; a second one would mean "immediately".
    if (signal !== 'SIGINT' || !process.stdin.isTTY) vitest.kill(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, pass);
  try {
    const [code, signal] = (await once(vitest, 'close')) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  } finally {
    for (const signal of signals) process.off(signal, pass);
  }
}
