import { expect, test } from 'vitest';
import { comparableAnswer, expectedAnswer } from './compare.ts';
import { DIFFERENCES } from './intended-differences.ts';
import type { Lab } from './lab.ts';
import type { Recording } from './recordings.ts';

/** What the prompts of these calls were answered with; all others met the end of their input. */
const INPUT: Readonly<Record<string, string>> = {
  'life-regen-prompt-n': 'n\n',
  'plug-rm-prompt': 'y\n',
  'rm-prompt-n': 'n\n',
  'rm-prompt-y': 'y\n',
};

/** How the outputs of a recording are looked at. */
export interface ReplayOptions {
  /** Addresses of the recording, and ours. */
  readonly addresses?: () => Readonly<Record<string, string>>;
  /** Machines that the recordings had and that are not there in this replay. */
  readonly without?: readonly string[];
}

/** A test that makes the recorded call and expects the recorded answer, or the difference that is intended. */
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
    expect(answer, `it is to differ: ${difference.reason}`).not.toEqual(recorded);
    expect(answer, difference.reason).toEqual({
      exit: difference.exit ?? recorded.exit,
      stdout: difference.stdout ?? recorded.stdout,
      stderr: difference.stderr ?? recorded.stderr,
    });
  });
}

/** Puts what is called otherwise here into a text of the recordings. */
export function substitution(lab: Lab, addresses: Readonly<Record<string, string>>) {
  return (text: string): string =>
    Object.entries(addresses)
      .reduce((result, [theirs, ours]) => result.replaceAll(theirs, ours), text)
      .replace(/-d generic --generic-ip-address \S+ --generic-ssh-key \S+/, '-d netns')
      .replace(/\bgeneric\b/g, 'netns')
      .replaceAll('/home/user/scratch/work', lab.work)
      .replaceAll('/home/user', lab.home)
      // Nothing of a test goes out: an address that nobody has is replaced by a port that nobody listens on.
      .replaceAll('1.2.3.4:2376', '127.0.0.1:1')
      .replaceAll('network is unreachable', 'connection refused')
      // The store that the engines ask is not there in a replay; a loopback address is refused at once.
      .replaceAll('192.168.121.10:8500', '127.0.0.1:8500')
      // How long an engine may take is no part of the answer, and machines that are busy take their time.
      .replace(/\bls -t 3$/, 'ls -t 30')
      // Engines of today refuse docker-machine's version of the API.
      .replaceAll('/v1.15/version', '/_ping');
}

/** The beginning of a command, for a test's title. */
export function firstOf(command: string): string {
  return command.length > 80 ? `${command.slice(0, 80)}…` : command;
}
