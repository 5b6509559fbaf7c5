import { createInterface } from 'node:readline/promises';
import type { Diagnosis, Remedy } from '../../../check/diagnosis.ts';
import { type Probe } from '../../../check/probe/probe.ts';
import { startProbe } from '../../../check/probe/start-probe.ts';
import type { AuditTarget } from '../../../check/target.ts';
import { firstLine } from '../../../process/harness-error.ts';
import { tail } from '../../../process/run-command.ts';

/** Something that is done on a host to an overlay's kernel tables. */
interface Step extends Pick<Remedy, 'command' | 'effect'> {
  readonly code: string;
  readonly host: string;
  readonly restores: NonNullable<Remedy['restores']>;
}

/** What of the remedies may be done here: those that only put back what a kernel's table has to hold. */
export function stepsOf(diagnoses: readonly Diagnosis[]): Step[] {
  return diagnoses.flatMap(({ code, remedy }) => {
    const { host, restores, command, effect } = remedy ?? {};
    if (host === undefined || restores === undefined) return [];
    return [{ code, host, restores, command: command ?? '', effect: effect ?? '' }];
  });
}

export interface FixOptions {
  /** Whether a step is to be done. */
  readonly agree: (question: string) => Promise<boolean>;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Does the steps one by one, each once it is agreed to. Gives how many were done. */
export async function doSteps(
  { hosts }: Pick<AuditTarget, 'hosts'>,
  steps: readonly Step[],
  { agree, say, signal }: FixOptions,
): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const probes = new Map<string, Probe>();
  let done = 0;
  for (const { code, host, restores, command, effect } of steps) {
    say(`${code}: ${effect}\n  on ${host}: ${command}`);
    const engine = hosts.find(({ name }) => name === host)?.engine;
    if (engine === undefined || !(await agree(`Do this on ${host}?`))) continue;
    try {
      const probe = probes.get(host) ?? stack.use(await startProbe(engine, { signal }));
      probes.set(host, probe);
      const { networkId, argv } = restores;
      const ended = await probe.run({ overlay: networkId }, argv, { signal });
      if (ended.exitCode === 0) done += 1;
      say(ended.exitCode === 0 ? '  done' : `  failed: ${tail(ended.stderr, 1)}`);
    } catch (error) {
      signal.throwIfAborted();
      say(`  failed: ${firstLine(error)}`);
    }
  }
  return done;
}

/** Asks on the terminal; whatever is not yes, and the end of input too, is no. */
export async function askOnTerminal(question: string, signal: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // A terminal that is read line by line has its Ctrl-C read, too.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  lines.on('close', () => resolve(''));
  try {
    const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
