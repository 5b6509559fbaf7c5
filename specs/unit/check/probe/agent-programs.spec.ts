import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAgentClient } from '../../../../helpers/check/probe/agent-client.ts';
import { runProgram } from '../../../../helpers/check/probe/run-program.ts';
import { type RunningAgent, startAgent } from './run-agent.ts';

let agent: RunningAgent;
beforeAll(() => {
  agent = startAgent();
});
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
});

const sh = async (script: string, limit = 10_000) =>
  await runProgram(openAgentClient('here', agent.channel), 'host', ['sh', '-c', script], { limit });

test('A program gets its arguments without a shell, and an empty standard input', async () => {
  const client = openAgentClient('here', agent.channel);
  const argv = ['printf', '%s|', '$HOME', 'a b', '*', "'"] as const;
  expect(await runProgram(client, 'host', argv)).toEqual({
    exitCode: 0,
    stdout: "$HOME|a b|*|'|",
    stderr: '',
  });
  expect(await sh('cat')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
});

test('Any exit code is a result, with both outputs', async () => {
  expect(await sh('echo out; echo err >&2; exit 3')).toEqual({
    exitCode: 3,
    stdout: 'out\n',
    stderr: 'err\n',
  });
});

test.each([
  ['exec sleep 60', 50, 'timed out after 0.05 s'],
  ['kill -15 $$', 10_000, 'killed by signal 15'],
  ['head -c 70000 /dev/zero >&2', 10_000, 'its output is too long'],
])('"%s" within %i ms fails: %s', async (script, limit, observed) => {
  await expect(sh(script, limit)).rejects.toMatchObject({ code: 'probe-failed', observed });
});

test('The ninth program starts when one of the first eight has ended', async () => {
  const clock = 'date +%s%3N';
  const started = Array.from({ length: 9 }, () => sh(`${clock}; sleep 0.1; ${clock}`));
  const times = (await Promise.all(started)).map(({ stdout }) => stdout.split('\n').map(Number));
  const firstEnd = Math.min(...times.slice(0, 8).map(([, end = 0]) => end));
  expect(times[8]?.[0]).toBeGreaterThanOrEqual(firstEnd);
});
