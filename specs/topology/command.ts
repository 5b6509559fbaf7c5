import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { reminder } from '../../helpers/cli/progress/plain-lines.ts';
import { HarnessError } from '../../helpers/process/errors/harness-error.ts';
import { type CommandResult, tail } from '../../helpers/process/run-command.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';

const root = join(import.meta.dirname, '../..');

/**
 * The end of a command: an exit code, or a signal that it did not handle. Standard error is without the lines that only
 * occur on a slow machine.
 */
export interface Ended extends Omit<CommandResult, 'exitCode'> {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

/** A command that a spec started and can disturb. */
export interface StartedCommand {
  readonly pid: number;
  /** False if the command has ended and another process has its number: Linux uses numbers again after 32,768 processes. */
  ownsNumber(): boolean;
  readonly ended: Promise<Ended>;
  /**
   * Waits until the command has printed this on standard error or output. Throws if the command ends before. A line
   * that repeats while something is slow does not count.
   */
  says(words: string): Promise<void>;
  /**
   * Sends a signal to the command, or to its whole group like a terminal on Ctrl-C. Returns false if no process
   * received it.
   */
  readonly signal: (name: NodeJS.Signals, to: 'command' | 'group') => boolean;
}

/** Starts a command in its own session and process group, whose number is that of the command. */
export function startCommand(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string = root,
): StartedCommand {
  const title = [file.split('/').at(-1), ...args].join(' ');
  const child = execa(file, args, {
    cwd,
    env,
    extendEnv: false,
    detached: true,
    stdin: 'ignore',
    reject: false,
    all: true,
    stripFinalNewline: false,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${title}: not started`);
  let said = '';
  let hasEnded = false;
  child.all.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  // A number is not used again while processes of its group or session exist.
  const ownsNumber = () => !hasEnded || !existsSync(`/proc/${pid}`);
  const ended = child.then(({ exitCode, signal, stdout, stderr }) => {
    hasEnded = true;
    return { exitCode, signal, stdout, stderr: withoutReminders(stderr) };
  });
  return {
    pid,
    ended,
    says: async (words) => {
      // Until it says more, a poll searches nothing: that would keep a processor busy.
      let examined = -1;
      let last = '';
      await waitFor(
        `${title}: prints "${words}"`,
        async () => {
          // Read before the output, so that the command's last line is found.
          const over = hasEnded;
          if (!over && said.length === examined) return notYet(last);
          examined = said.length;
          last = tail(said, 1);
          if (withoutReminders(said).includes(words)) return done(undefined);
          if (!over) return notYet(last);
          throw new HarnessError({
            code: 'command-failed',
            tried: title,
            observed: `it ended before it printed "${words}"`,
            evidence: said,
          });
        },
        { limit: 120_000, every: 5, fatal: () => true },
      );
    },
    ownsNumber,
    signal: (name, to) => {
      // The group of this number may be a machine of another spec.
      if (!ownsNumber()) return false;
      try {
        return process.kill(to === 'group' ? -pid : pid, name);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
        return false;
      }
    },
  };
}

/** Removes the lines that repeat a running activity. */
export function withoutReminders(text: string): string {
  return text.replaceAll(reminders, '');
}

const reminders = new RegExp(`^\\[[^\\]\\n]*\\] +${reminder}.*(?:\\n|$)`, 'gm');

/** `overlay-e2e`, as npx runs it. */
export const overlayCommand = join(root, 'helpers/cli/overlay-e2e.sh');
