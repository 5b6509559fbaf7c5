import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  completionScripts,
  shells,
} from '../../../../../helpers/cli/overlay-e2e/completion/scripts.ts';
import { findProgram } from '../../../../../helpers/process/files/find-program.ts';
import { runCommand } from '../../../../../helpers/process/run-command.ts';
import { done, notYet, waitFor } from '../../../../../helpers/process/waits/wait-for.ts';

const script = join(import.meta.dirname, '../../../../../helpers/cli/overlay-e2e.sh');

// A folder with files to complete and with the command on PATH, as npm links it.
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shells-'));
  await symlink(script, join(folder, 'overlay-e2e'));
  await writeFile(join(folder, 'my-cluster.ts'), '');
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const env = () => ({
  HOME: folder,
  PATH: `${folder}:/usr/local/bin:/usr/bin:/bin`,
  MACHINE_STORAGE_PATH: join(folder, 'store'),
  TERM: 'dumb',
  PS1: 'ready> ',
});

describe('Completion in a shell', () => {
  test.for(shells)(
    'overlay-e2e completion %s prints a script that the shell can load',
    async (shell, { skip }) => {
      const { stdout } = await runCommand(script, ['completion', shell]);
      expect(stdout).toBe(completionScripts[shell]);
      const program = findProgram(shell);
      if (program === undefined) {
        skip(`no ${shell} on PATH`);
        return;
      }
      const file = join(folder, `completion.${shell}`);
      await writeFile(file, stdout);
      await runCommand(program, ['-n', file]);
    },
  );

  test('a Tab in bash completes commands, options, values and files, and executes nothing', async ({
    skip,
  }) => {
    // The `script` of util-linux gives bash a terminal, which Tab requires.
    if (findProgram('script') === undefined) skip('no script on PATH');
    const file = join(folder, 'rc');
    await writeFile(
      file,
      `cd ${folder}\nPS1='ready> '\nbind 'set bell-style none' 'set show-all-if-ambiguous on'\nsource <(overlay-e2e completion bash)\n`,
    );
    const bash = `bash --noprofile --rcfile ${file} -i`;
    const terminal = spawn('script', ['-qec', bash, '/dev/null'], { env: env() });
    let shown = '';
    for (const stream of [terminal.stdout, terminal.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        shown += text;
      });
    }
    const ended = new Promise((resolve) => terminal.on('close', resolve));
    const showsUp = async (text: string) => {
      const look = async () => (shown.includes(text) ? done(undefined) : notYet(shown));
      await waitFor(`"${text}" on the terminal`, look, { limit: 50_000 });
    };
    try {
      await showsUp('ready> ');
      for (const [typed, completed] of [
        ['overlay-e2e comp', 'overlay-e2e completion '],
        ['overlay-e2e check --no-priv', 'overlay-e2e check --no-privileged '],
        ['overlay-e2e up --until net', 'overlay-e2e up --until network '],
        ['overlay-e2e up --until=net', 'overlay-e2e up --until=network '],
        ['overlay-e2e up ./my', 'overlay-e2e up ./my-cluster.ts '],
        ['overlay-e2e up $(touch run) --until clu', 'overlay-e2e up $(touch run) --until cluster '],
      ] as const) {
        shown = '';
        terminal.stdin.write(`${typed}\t`);
        await showsUp(completed);
        // The shell deletes the line and prints its prompt again.
        shown = '';
        terminal.stdin.write('\u0015\r');
        await showsUp('ready> ');
      }
      terminal.stdin.write('exit\r');
      await ended;
    } finally {
      terminal.kill('SIGKILL');
    }
    expect(await readdir(folder)).not.toContain('run');
  });
});
