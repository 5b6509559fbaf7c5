import { z } from 'zod';
import { activity } from '../../process/activity.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { type CommandResult, commandLine } from '../../process/run-command.ts';
import { type AgentClient, RESPONSE_MARGIN, type ProbeOptions } from './agent-client.ts';
import { type Namespace, wordOf } from './namespace.ts';

const answer = z.object({
  exitCode: z.number(),
  signal: z.number(),
  timedOut: z.boolean(),
  stdout: z.string(),
  stderr: z.string(),
  cut: z.boolean(),
});

export async function runProgram(
  client: AgentClient,
  namespace: Namespace,
  argv: readonly [string, ...string[]],
  { limit = 10_000, signal }: ProbeOptions = {},
): Promise<CommandResult> {
  const [program, ...programArguments] = argv;
  const line = commandLine(program, programArguments);
  const where = wordOf(namespace);
  const tried = `${client.host}: ${line}${namespace === 'host' ? '' : ` in ${where}`}`;
  return await activity('command', tried, async (report) => {
    report.input(line);
    const words = ['run', where, `${limit}`, ...argv];
    const ended = await client.call(words, answer, { limit: limit + RESPONSE_MARGIN, signal });
    const { exitCode, stdout, stderr } = ended;
    report.output(stdout + stderr);
    const failure = whyNotWhole(ended, limit);
    if (failure !== undefined)
      throw new HarnessError({ code: 'probe-failed', tried, observed: failure });
    return { exitCode, stdout, stderr };
  });
}

function whyNotWhole(
  { timedOut, signal, cut }: z.infer<typeof answer>,
  limit: number,
): string | undefined {
  if (timedOut) return `timed out after ${limit / 1000} s`;
  if (signal !== 0) return `killed by signal ${signal}`;
  return cut ? 'its output is too long' : undefined;
}
