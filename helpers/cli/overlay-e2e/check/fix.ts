import { createInterface } from 'node:readline/promises';
import { lineOf } from '../../../check/command.ts';
import type { Diagnosis, Remedy } from '../../../check/diagnosis.ts';
import { type Probe } from '../../../check/probe/probe.ts';
import { startProbe } from '../../../check/probe/start-probe.ts';
import type { AuditTarget } from '../../../check/target.ts';
import { firstLine } from '../../../process/harness-error.ts';
import { tail } from '../../../process/run-command.ts';

/** Something that is done on a host to an overlay's kernel tables. */
interface Step extends Pick<Remedy, 'commands' | 'effect'> {
  readonly code: string;
  readonly host: string;
  readonly restores: NonNullable<Remedy['restores']>;
}

/** What of the remedies may be done here: those that only put back what a kernel's table has to hold. */
export function stepsOf(diagnoses: readonly Diagnosis[]): Step[] {
  return diagnoses.flatMap(({ code, remedy }) => {
    if (remedy?.host === undefined || remedy.restores === undefined) return [];
    const { host, restores, commands, effect } = remedy;
    return [{ code, host, restores, commands, effect }];
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
  for (const { code, host, restores, commands, effect } of steps) {
    say(`${code}: ${effect}\n  on ${host}: ${lineOf(commands)}`);
    const engine = hosts.find(({ name }) => name === host)?.engine;
    if (engine === undefined || !(await agree(`Do this on ${host}?`))) continue;
    try {
      const probe = probes.get(host) ?? stack.use(await startProbe(engine, { signal }));
      probes.set(host, probe);
      const failure = await restore(probe, restores, signal);
      if (failure === undefined) done += 1;
      say(failure === undefined ? '  done' : `  failed: ${failure}`);
    } catch (error) {
      signal.throwIfAborted();
      say(`  failed: ${firstLine(error)}`);
    }
  }
  return done;
}

/** Does what a step restores, up to the first command that fails; gives what that said. */
async function restore(
  probe: Probe,
  { networkId, commands }: Step['restores'],
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const command of commands) {
    const ended = await probe.run({ overlay: networkId }, command, { signal });
    if (ended.exitCode !== 0) return tail(ended.stderr, 1);
  }
  return undefined;
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
