import { expect, test } from 'vitest';
import { DIFFERENCES } from './intended-differences.ts';
import type { Lab } from './lab.ts';
import { normalise } from './normalise.ts';
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
    const result = await lab().run(substitute(command), INPUT[name]);
    const answer = {
      exit: result.exitCode,
      stdout: settle(normalise(result.stdout)),
      stderr: settle(normalise(result.stderr)),
    };
    const recorded = {
      exit: recording.exit,
      stdout: prepare(recording.stdout),
      stderr: prepare(recording.stderr),
    };
    const difference = DIFFERENCES[name];
    if (difference === undefined) {
      expect(answer).toEqual(recorded);
      return;
    }
    const { reason, exit, stdout, stderr } = difference;
    expect(answer, `it is to differ: ${reason}`).not.toEqual(recorded);
    expect(answer, reason).toEqual({
      exit: exit ?? recorded.exit,
      stdout: textMatching(stdout ?? recorded.stdout),
      stderr: textMatching(stderr ?? recorded.stderr),
    });

    function prepare(text: string): string {
      return settle(substitute(without(normalise(text), options.without ?? [])));
    }
  });
}

/** What several machines say at once comes in any order, and a machine's config has some fields of its own. */
function settle(text: string): string {
  const spoken = /(?:^(?:Starting|Stopping|Restarting|Machine) ".*\n)+/gm;
  return withoutDriverFields(
    text.replace(spoken, (lines) => `${lines.trimEnd().split('\n').toSorted().join('\n')}\n`),
  );
}

/** Takes out of a machine's config what is different with each driver. */
function withoutDriverFields(text: string): string {
  const field = /(?:SSHKey|SSHKeyPath|EnginePort|Index|MACAddress|Memory|CPUs|Engine|Egress)/
    .source;
  return text
    .replace(new RegExp(`^ +"(?:${field}|SwarmHost|SwarmDiscovery|SwarmMaster)": .*\\n`, 'gm'), '')
    .replace(new RegExp(`"(?:${field}|SwarmHost|SwarmDiscovery|SwarmMaster)":[^,{}]*,?`, 'g'), '')
    .replace(/,(\n? *\})/g, '$1');
}

function without(text: string, machines: readonly string[]): string {
  const lines = text.split('\n');
  return lines.filter((line) => !machines.some((name) => line.startsWith(name))).join('\n');
}

function substitution(lab: Lab, addresses: Readonly<Record<string, string>>) {
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
      // Engines of today refuse docker-machine's version of the API.
      .replaceAll('/v1.15/version', '/_ping');
}

function textMatching(expected: string | RegExp): unknown {
  return typeof expected === 'string' ? expected : expect.stringMatching(expected);
}

function firstOf(command: string): string {
  return command.length > 80 ? `${command.slice(0, 80)}…` : command;
}
