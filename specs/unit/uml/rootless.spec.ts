import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { execa } from 'execa';
import { FrameReader, makeFrame } from '../../../helpers/process/outside/frames.ts';
import { hintFor } from '../../../helpers/uml/rootless/user-namespaces.ts';
import { startRelay } from '../../../helpers/uml/rootless/relay.ts';

const client = join(import.meta.dirname, '../../../helpers/process/outside/run-outside.ts');
const run = promisify(execFile);

describe('A program outside of the namespaces', () => {
  test('has the output, descriptor 3, folder and exit code of a program that runs here', async () => {
    await using relay = await startRelay();
    const script = 'pwd; echo "$GREETING" >&2; echo 50 >&3; exit 7';
    const result = await execa(process.execPath, [client, relay.socket, 'sh', '-c', script], {
      reject: false,
      cwd: '/usr',
      env: { GREETING: 'good morning' },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    expect(result).toMatchObject({ stdout: '/usr', stderr: 'good morning', exitCode: 7 });
    expect(result.stdio[3]).toBe('50');
  });

  test('sends more output than fits into one frame, unchanged', async () => {
    await using relay = await startRelay();
    const { stdout } = await run(process.execPath, [client, relay.socket, 'seq', '1', '200000'], {
      maxBuffer: 10_000_000,
    });
    expect(stdout).toBe(Array.from({ length: 200_000 }, (_, i) => `${i + 1}\n`).join(''));
  });

  test('ends with its first process, although another one holds its output open', {
    timeout: 60_000,
  }, async () => {
    await using relay = await startRelay();
    const words = ['sh', '-c', 'sleep 100000 & echo $!; exit 4'];
    const result = await execa(process.execPath, [client, relay.socket, ...words], {
      reject: false,
    });
    process.kill(Number(result.stdout));
    expect(result.exitCode).toBe(4);
  });

  test('that does not exist is reported with its name', async () => {
    await using relay = await startRelay();
    const result = await execa(process.execPath, [client, relay.socket, 'no-such-program'], {
      reject: false,
    });
    expect(result).toMatchObject({ exitCode: 127, stderr: 'spawn no-such-program ENOENT' });
  });

  test('is reached through a folder that only this user can open, and that goes with its server', async () => {
    let folder: string;
    {
      await using relay = await startRelay();
      folder = dirname(relay.socket);
      expect(statSync(folder).mode & 0o777).toBe(0o700);
    }
    expect(existsSync(folder)).toBe(false);
    const result = await execa(process.execPath, [client, join(folder, 'socket'), 'true'], {
      reject: false,
    });
    expect(result.exitCode).toBe(255);
    expect(result.stderr).toMatch(/^run outside of the namespaces: connect ENOENT/);
  });
});

test('Frames are put together again, however a connection splits them', () => {
  const bytes = Buffer.concat([
    makeFrame('output', Buffer.from('one')),
    makeFrame('errors', Buffer.from('')),
    makeFrame('exit', Buffer.from('0')),
  ]);
  for (let size = 1; size <= bytes.length; size++) {
    const reader = new FrameReader();
    const frames = [];
    for (let at = 0; at < bytes.length; at += size) {
      frames.push(...reader.read(bytes.subarray(at, at + size)));
    }
    expect(frames.map(({ channel, payload }) => [channel, payload.toString()])).toEqual([
      ['output', 'one'],
      ['errors', ''],
      ['exit', '0'],
    ]);
  }
});

describe('The hint for a kernel that refuses user namespaces', () => {
  test.for([
    [
      { '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1\n' },
      'kernel.apparmor_restrict_unprivileged_userns=0',
    ],
    [{ '/proc/sys/kernel/unprivileged_userns_clone': '0\n' }, 'kernel.unprivileged_userns_clone=1'],
    [{ '/proc/sys/user/max_user_namespaces': '0\n' }, 'user.max_user_namespaces=10000'],
  ] as const)('with %j is its setting', ([files, setting]) => {
    const texts = new Map(Object.entries(files));
    expect(hintFor((file) => texts.get(file) ?? '')).toBe(`allow them: sudo sysctl -w ${setting}`);
  });

  test('without such a setting is root, or the options of a container', () => {
    const allowed = new Map([
      ['/proc/sys/kernel/unprivileged_userns_clone', '1\n'],
      ['/proc/sys/user/max_user_namespaces', '96364\n'],
    ]);
    expect(hintFor((file) => allowed.get(file) ?? '')).toMatch(
      /^run this command as root; or in a container, .*seccomp=unconfined/,
    );
  });
});
