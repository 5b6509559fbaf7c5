import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { AgentChannel } from '../../../../helpers/check/probe/agent-channel.ts';

/** The folder with the agent's parts. */
export const AGENT = join(import.meta.dirname, '../../../../helpers/check/probe/agent');

const FILES = [
  'runtime/system runtime/loop runtime/json runtime/namespaces runtime/programs runtime/files runtime/sockets',
  'runtime/exchanges runtime/threads runtime/encryption runtime/ipvs trials/packets trials/links trials/expected trials/captures trials/listeners',
  'trials/trials trials/inject trials/sniff trials/follow trials/recorder',
].join(' ');

/** Runs Perl with all parts of the agent loaded. Returns the value of the last expression, converted by the agent's JSON. */
export function runAgent(script: string, ...args: readonly string[]): unknown {
  const load = `require "${AGENT}/$_.pl" for qw(${FILES});`;
  const whole = `use strict; use warnings; no warnings "once"; ${load} print Json::encode(do { ${script} });`;
  const { status, stdout, stderr } = spawnSync('perl', ['-e', whole, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (status !== 0 || stderr !== '') throw new Error(`perl: exit code ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

/** A whole agent on this computer, without privileges. */
export interface RunningAgent extends AsyncDisposable {
  readonly process: ChildProcessWithoutNullStreams;
  /** Sends a command and returns the JSON value of its response. */
  call(...words: readonly string[]): Promise<unknown>;
  readonly channel: AgentChannel;
}

// An agent refuses to start in a network without an interface; a computer without one can run these specs, too.
const MAIN = `
  require "${AGENT}/trials/links.pl";
  no warnings 'redefine';
  *Links::names = sub { ('lo', 'eth0') };
  $0 = '${AGENT}/main.pl';
  do $0 or die $@;
`;

/** Starts main.pl. @param seconds its maximum life time */
export function startAgent(seconds = 60): RunningAgent {
  const child = spawn('perl', ['-e', MAIN, `${seconds}`]);
  const channel = new AgentChannel('here: probe', child);
  return {
    process: child,
    channel,
    call: async (...words) => await channel.call(words, { limit: 30_000 }),
    [Symbol.asyncDispose]: async () => {
      const ended = Promise.withResolvers<void>();
      child.once('exit', () => ended.resolve());
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.stdin.end();
      await ended.promise;
    },
  };
}
