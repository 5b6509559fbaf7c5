import { expect, test } from 'vitest';
import { comparableAnswer, expectedAnswer } from './compare.ts';
import { DIFFERENCES } from './intended-differences.ts';
import type { Lab } from './lab.ts';
import type { Recording } from './recordings.ts';

/** The input for the prompts of these commands. All others get an empty standard input. */
const INPUT: Readonly<Record<string, string>> = {
  'life-regen-prompt-n': 'n\n',
  'plug-rm-prompt': 'y\n',
  'rm-prompt-n': 'n\n',
  'rm-prompt-y': 'y\n',
};

/** The context in which the outputs of recordings are compared. */
export interface ReplayOptions {
  /** The addresses of the recording, with those of this run. */
  readonly addresses?: () => Readonly<Record<string, string>>;
  /** Machines of the recordings that do not exist in this replay. */
  readonly without?: readonly string[];
}

/** Defines a test that runs a recorded command and expects the recorded result or the intended difference. */
export function replay(lab: () => Lab, recording: Recording, options: ReplayOptions = {}): void {
  const { name, command } = recording;
  test(`${name}: ${firstOf(command)} answers as docker-machine does`, async () => {
    const substitute = substitution(lab(), options.addresses?.() ?? {});
    const { exitCode, stdout, stderr } = await lab().run(substitute(command), INPUT[name]);
    const answer = comparableAnswer({ exit: exitCode, stdout, stderr });
    const recorded = expectedAnswer(recording, { substitute, without: options.without ?? [] });
    const difference = DIFFERENCES[name];
    if (difference === undefined) {
      expect(answer).toEqual(recorded);
      return;
    }
    expect(answer, `an intended difference was expected: ${difference.reason}`).not.toEqual(
      recorded,
    );
    expect(answer, difference.reason).toEqual({
      exit: difference.exit ?? recorded.exit,
      stdout: difference.stdout ?? recorded.stdout,
      stderr: difference.stderr ?? recorded.stderr,
    });
  });
}

/** Returns a function that replaces names of the recordings by those of this run. */
export function substitution(lab: Lab, addresses: Readonly<Record<string, string>>) {
  return (text: string): string =>
    Object.entries(addresses)
      .reduce((result, [theirs, ours]) => result.replaceAll(theirs, ours), text)
      .replace(/-d generic --generic-ip-address \S+ --generic-ssh-key \S+/, '-d netns')
      .replace(/\bgeneric\b/g, 'netns')
      .replaceAll('/home/user/scratch/work', lab.work)
      .replaceAll('/home/user', lab.home)
      // Tests send nothing to the network: an unused address is replaced by a closed port.
      .replaceAll('1.2.3.4:2376', '127.0.0.1:1')
      .replaceAll('network is unreachable', 'connection refused')
      // The replay has no key-value store for the engines. A loopback address refuses connections immediately.
      .replaceAll('192.168.121.10:8500', '127.0.0.1:8500')
      // The time limit of an engine is not part of the result, and busy machines need more time.
      .replace(/\bls -t 3$/, 'ls -t 30')
      // Current engines refuse docker-machine's version of the API.
      .replaceAll('/v1.15/version', '/_ping');
}

/** Returns the beginning of a command for the title of a test. */
export function firstOf(command: string): string {
  return command.length > 80 ? `${command.slice(0, 80)}…` : command;
}
