import { spawn } from 'node:child_process';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ASKER, responseCommand, RESPONDER } from '../../../helpers/perf/response-times.ts';
import { readPercentiles } from '../../../helpers/perf/read-tools.ts';
import { runCommand } from '../../../helpers/process/run-command.ts';

const address = '127.0.0.1';
const env = { PATH: process.env['PATH'] ?? '', ASKER };

async function serve(port: number): Promise<void> {
  const server = spawn('perl', ['-e', RESPONDER, `${port}`], { stdio: 'ignore' });
  onTestFinished(() => {
    server.kill('SIGKILL');
  });
  const [file, ...args] = [
    'bash',
    '-c',
    `until (: </dev/tcp/${address}/${port}) 2>/dev/null; do :; done`,
  ] as const;
  await runCommand(file, args, { env });
}

describe('the programs for response times', () => {
  test.for([
    ['rr', 42_811],
    ['crr', 42_812],
  ] as const)('measure %s with ordered percentiles', async ([mode, port]) => {
    await serve(port);
    const [file, ...args] = responseCommand(mode, { address, port, seconds: 1 });
    const { stdout } = await runCommand(file, args, { env });
    const { count, p50, p90, p99, p999 } = readPercentiles(mode, stdout);
    expect(count).toBeGreaterThan(0);
    expect(p50).toBeGreaterThan(0);
    expect([p50, p90, p99, p999]).toEqual([p50, p90, p99, p999].toSorted((a, b) => a - b));
  });

  test('fail without a server, with the reason', async () => {
    const [file, ...args] = responseCommand('rr', { address, port: 42_813, seconds: 1 });
    await expect(runCommand(file, args, { env })).rejects.toThrow(/Connection refused/);
  });
});
