import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../../../helpers/process/run-command.ts';

/** A machine whose kernel misses that a line has arrived: it reads two lines with the second one, and runs the first. */
const MACHINE = `
read -r verb id <&4
read -r next <&4
reply=replies/$id
sh "commands/$id/script" <"commands/$id/input" >"$reply.output" 2>"$reply.errors"
echo $? >"$reply.code"
exec sleep 1000`;

test('A command begins although the kernel of the machine missed its line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'run-inside-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const name of ['commands', 'replies']) await mkdir(join(folder, name));
  await runCommand('mkfifo', [join(folder, 'control')]);
  const machine = spawn('sh', ['-c', `exec 4<>control\n${MACHINE}`], { cwd: folder });
  onTestFinished(() => void machine.kill('SIGKILL'));

  const program = join(import.meta.dirname, '../../../helpers/uml/commands/run-inside.sh');
  const words = [folder, 'first', `${machine.pid}`, 'cat; echo errors >&2; exit 3'];
  const result = await runCommand('sh', [program, ...words], { input: 'typed', expect: 'any' });
  expect(result).toMatchObject({ exitCode: 3, stdout: 'typed', stderr: 'errors\n' });
  expect(await readdir(join(folder, 'replies'))).toEqual([]);
});
