import { printable } from '../../process/text/printable.ts';
import { lineOf } from '../model/command.ts';
import type { FixStep } from './fix-steps.ts';
import { IPVS } from './service-steps.ts';
import { type Namespace, wordOf } from '../probe/namespace.ts';
import type { Probe } from '../probe/probe.ts';
import { startProbe } from '../probe/start/start-probe.ts';
import type { AuditTarget } from '../model/target.ts';
import { allSettled, firstLine } from '../../process/errors/harness-error.ts';
import { commandLine, tail } from '../../process/run-command.ts';

export interface FixOptions {
  /** Asks the user. */
  readonly agree: (question: string) => Promise<boolean>;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Runs the steps one by one, each after the user's confirmation. Returns the steps that succeeded. */
export async function runSteps(
  target: Pick<AuditTarget, 'hosts'>,
  steps: readonly FixStep[],
  options: FixOptions,
): Promise<readonly FixStep[]> {
  await using probes = openFixProbes(target, options.signal);
  return await runStepsWith(probes, steps, options);
}

/** Runs the steps with these probes. If a command of a step fails, the commands before it are undone. */
export async function runStepsWith(
  probes: Pick<FixProbes, 'run'>,
  steps: readonly FixStep[],
  { agree, say }: Omit<FixOptions, 'signal'>,
): Promise<readonly FixStep[]> {
  const done: FixStep[] = [];
  for (const step of steps) {
    const { code, host, commands, effect, namespace, restores } = step;
    say(`${code}: ${printable(effect)}\n  on ${host}: ${lineOf(commands)}`);
    if (!(await agree(`Run this on ${host}?`))) continue;
    const { failure, ran } = await probes.run(host, namespace, restores);
    if (failure === undefined) done.push(step);
    say(failure === undefined ? '  done' : `  failed: ${printable(failure)}`);
    if (failure !== undefined && ran > 0) await undoBeginning(probes, step, ran, say);
  }
  return done;
}

/** Undoes steps, the last first. Returns how many were undone. */
export async function undoSteps(
  target: Pick<AuditTarget, 'hosts'>,
  steps: readonly FixStep[],
  { say, signal }: Omit<FixOptions, 'agree'>,
): Promise<number> {
  await using probes = openFixProbes(target, signal);
  let undone = 0;
  for (const { host, namespace, inverse } of steps.toReversed()) {
    say(`undo on ${host}, in ${placeInWords(namespace)}: ${programsInWords(inverse)}`);
    const { failure } = await probes.run(host, namespace, inverse);
    if (failure === undefined) undone += 1;
    say(failure === undefined ? '  done' : `  failed: ${printable(failure)}`);
  }
  return undone;
}

function placeInWords(namespace: Namespace): string {
  if (typeof namespace === 'string') return 'its own namespace';
  return 'overlay' in namespace
    ? "the overlay's namespace"
    : wordOf(namespace).replace('path:', '');
}

function programsInWords(programs: FixStep['inverse']): string {
  return programs.map(([program, ...words]) => commandLine(program, words)).join(' && ');
}

/** Undoes the first commands of a step that failed later: half a step may be worse than none. */
async function undoBeginning(
  probes: Pick<FixProbes, 'run'>,
  { host, namespace, inverse }: FixStep,
  ran: number,
  say: FixOptions['say'],
): Promise<void> {
  // The inverse of the last command comes first.
  const commands = inverse.slice(-ran);
  say(`  undo the commands that succeeded: ${programsInWords(commands)}`);
  const { failure } = await probes.run(host, namespace, commands);
  say(failure === undefined ? '  done' : `  failed: ${printable(failure)}`);
}

interface FixRun {
  /** Undefined if all commands succeeded. */
  readonly failure: string | undefined;
  /** The number of commands that succeeded. */
  readonly ran: number;
}

interface FixProbes extends AsyncDisposable {
  /** Runs commands up to the first that fails. */
  run(host: string, namespace: Namespace, commands: FixStep['inverse']): Promise<FixRun>;
}

function openFixProbes({ hosts }: Pick<AuditTarget, 'hosts'>, signal: AbortSignal): FixProbes {
  const probes = new Map<string, Probe>();
  return {
    run: async (host, namespace, commands) => {
      const engine = hosts.find(({ name }) => name === host)?.engine;
      let ran = 0;
      if (engine === undefined) return { failure: 'unknown host', ran };
      try {
        const probe = probes.get(host) ?? (await startProbe(engine, { signal }));
        probes.set(host, probe);
        for (const command of commands) {
          const failure = await runOne(probe, namespace, command, signal);
          if (failure !== undefined) return { failure, ran };
          ran += 1;
        }
        return { failure: undefined, ran };
      } catch (error) {
        signal.throwIfAborted();
        return { failure: firstLine(error), ran };
      }
    },
    [Symbol.asyncDispose]: async () => {
      await allSettled(
        'remove the probes',
        [...probes.values()].map(async (probe) => await probe[Symbol.asyncDispose]()),
      );
    },
  };
}

/** Runs a program, or changes a real server; returns why it failed. */
async function runOne(
  probe: Probe,
  namespace: Namespace,
  command: FixStep['inverse'][number],
  signal: AbortSignal,
): Promise<string | undefined> {
  const [program, change, mark, address = '', weight] = command;
  if (program === IPVS && (change === 'add' || change === 'remove' || change === 'weigh')) {
    const server = { change, mark: Number(mark), address, weight: Number(weight) } as const;
    await probe.balance(namespace, server, { signal });
    return undefined;
  }
  const { exitCode, stderr } = await probe.run(namespace, command, { signal });
  return exitCode === 0 ? undefined : tail(stderr, 1);
}
