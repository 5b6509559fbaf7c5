import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { runCommand } from '../../../helpers/process/run-command.ts';

const COMMANDS = join(import.meta.dirname, '../../../helpers/uml/commands');

/** A machine whose kernel misses that a line has arrived: it reads two lines with the second one, and runs the first. */
const MACHINE = `
: >replies/ready
read -r verb id <&4
read -r next <&4
reply=replies/$id
sh "commands/$id/script" <"commands/$id/input" >"$reply.output" 2>"$reply.errors"
echo $? >"$reply.code"
exec sleep 1000`;

async function machineFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'run-inside-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const name of ['commands', 'replies', 'running']) await mkdir(join(folder, name));
  await runCommand('mkfifo', [join(folder, 'control')]);
  return folder;
}

function startMachine(folder: string, script: string): ChildProcess {
  const machine = spawn('sh', ['-c', `exec 4<>control\n${script}`], { cwd: folder });
  onTestFinished(() => void machine.kill('SIGKILL'));
  return machine;
}

/** Runs a command in the mode "follow", with the machine's own script in a process that only has other folders. */
async function follow(script: string) {
  const folder = await machineFolder();
  await copyFile(join(COMMANDS, 'follow.pl'), join(folder, 'follow.pl'));
  const commands = (await readFile(join(COMMANDS, 'commands.sh'), 'utf8'))
    .replace('stty raw -echo\n', '')
    .replaceAll('/run/commands/', `${folder}/running/`)
    .replaceAll('/machine/', `${folder}/`);
  const machine = startMachine(folder, `exec <&4\n${commands}`);
  const words = [folder, 'first', `${machine.pid}`, script, 'follow'];
  const command = spawn('sh', [join(COMMANDS, 'run-inside.sh'), ...words]);
  onTestFinished(() => void command.kill('SIGKILL'));
  let output = '';
  let errors = '';
  command.stdout.on('data', (text: Buffer) => (output += String(text)));
  command.stderr.on('data', (text: Buffer) => (errors += String(text)));
  const ended = once(command, 'close').then(([code]) => ({ code: Number(code), output, errors }));
  const says = async (text: string) => {
    await vi.waitFor(() => expect(output).toContain(text), { timeout: 20_000 });
  };
  return { folder, command, ended, says };
}

/** Nothing of a command is left. */
async function expectNothing(folder: string): Promise<void> {
  await vi.waitFor(
    async () => {
      expect(await readdir(join(folder, 'replies'))).toEqual(['ready']);
      expect(await readdir(join(folder, 'running'))).toEqual([]);
      expect(await readdir(join(folder, 'commands'))).toEqual([]);
    },
    { timeout: 20_000 },
  );
}

test('A command begins although the kernel of the machine missed its line', async () => {
  const folder = await machineFolder();
  const machine = startMachine(folder, MACHINE);
  const words = [folder, 'first', `${machine.pid}`, 'cat; echo errors >&2; exit 3'];
  const result = await runCommand('sh', [join(COMMANDS, 'run-inside.sh'), ...words], {
    input: 'typed',
    expect: 'any',
  });
  expect(result).toMatchObject({ exitCode: 3, stdout: 'typed', stderr: 'errors\n' });
  expect(await readdir(join(folder, 'replies'))).toEqual(['ready']);
});

test('A command waits for a machine that boots, and then begins', async () => {
  const folder = await machineFolder();
  const boot = `until [ -e booted ]; do sleep 0.01; done\nrm -rf replies control\nmkdir replies\nmkfifo control\nexec 4<>control\n: >replies/ready\nread -r verb id <&4\necho 0 >"replies/$id.code"\nexec sleep 1000`;
  const machine = startMachine(folder, boot);
  const words = [folder, 'first', `${machine.pid}`, 'true'];
  const program = join(COMMANDS, 'run-inside.sh');
  const command = spawn('sh', [program, ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void command.kill('SIGKILL'));
  const ended = once(command, 'close');
  // Nothing to wait for: it must write nothing into folders that are removed.
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await readdir(join(folder, 'commands'))).toEqual([]);
  await writeFile(join(folder, 'booted'), '');
  expect((await ended)[0]).toBe(0);
});

describe('A command that is followed', () => {
  test('gets its input and prints its output while it runs', async () => {
    const { folder, command, ended, says } = await follow(
      'while read -r line; do echo "got $line"; done; echo errors >&2; exit 3',
    );
    for (const line of ['one', 'two']) {
      command.stdin.write(`${line}\n`);
      await says(`got ${line}\n`);
    }
    command.stdin.end();
    expect(await ended).toEqual({ code: 3, output: 'got one\ngot two\n', errors: 'errors\n' });
    await expectNothing(folder);
  });

  test('loses no byte of a long input', async () => {
    const { command, ended } = await follow('md5sum');
    command.stdin.end('0123456789'.repeat(100_000));
    // printf '0123456789%.0s' $(seq 100000) | md5sum
    expect((await ended).output).toBe('174ac9a4f023a557a68ab0417355970e  -\n');
  });

  test('ends without its input', async () => {
    const { folder, ended } = await follow('exit 4');
    expect((await ended).code).toBe(4);
    await expectNothing(folder);
  });

  test('does not wait for a process that it left', async () => {
    const { ended } = await follow('sleep 5 & echo started');
    expect(await ended).toMatchObject({ code: 0, output: 'started\n' });
  });

  test('is killed with the command on the host', async () => {
    const { folder, command, ended, says } = await follow('echo begun; exec sleep 1000');
    await says('begun');
    command.kill('SIGTERM');
    expect((await ended).code).toBe(143);
    await expectNothing(folder);
  });

  test('is killed when its output has no reader', async () => {
    const { folder, command, ended } = await follow('exec yes');
    command.stdout.destroy();
    expect((await ended).code).toBe(143);
    await expectNothing(folder);
  });
});
