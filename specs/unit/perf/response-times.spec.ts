import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ASKER, responseCommand, RESPONDER } from '../../../helpers/perf/response-times.ts';
import { readPercentiles } from '../../../helpers/perf/read-tools.ts';
import { runCommand } from '../../../helpers/process/run-command.ts';

const address = '127.0.0.1';
const env = { PATH: process.env['PATH'] ?? '', ASKER };

/** Starts the responder, and returns its port. */
async function serve(): Promise<number> {
  const server = spawn('perl', ['-e', RESPONDER, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    server.kill('SIGKILL');
  });
  const [line] = (await once(createInterface(server.stdout), 'line')) as [string];
  return Number(line);
}

describe('the programs for response times', () => {
  test.for(['rr', 'crr'] as const)('measure %s with ordered percentiles', async (mode) => {
    const port = await serve();
    const [file, ...args] = responseCommand(mode, { address, port, seconds: 1 });
    const { stdout } = await runCommand(file, args, { env });
    const { count, p50, p90, p99, p999 } = readPercentiles(mode, stdout);
    expect(count).toBeGreaterThan(0);
    expect(p50).toBeGreaterThan(0);
    expect([p50, p90, p99, p999]).toEqual([p50, p90, p99, p999].toSorted((a, b) => a - b));
  });

  test('fail without a server, with the reason', async () => {
    // A port that the kernel gives to no other program of this computer.
    const [file, ...args] = responseCommand('rr', { address, port: 1, seconds: 1 });
    await expect(runCommand(file, args, { env })).rejects.toThrow(/Connection refused/);
  });
});
