import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';

export interface ShellAnswer {
  readonly code: number;
  /** Standard output and standard error, in the order in which a reader sees them. */
  readonly output: string;
}

/** One shell for all blocks of a page, so that variables of a block exist in the next one. */
export interface OneShell {
  /** Types `commands` and waits for the prompt; throws if it does not appear within `limit` milliseconds. */
  run(commands: string, limit: number): Promise<ShellAnswer>;
  [Symbol.asyncDispose](): Promise<void>;
}

export function openShell(cwd: string, env: NodeJS.ProcessEnv): OneShell {
  // In its own process group, so that everything that it started ends with it.
  const shell = spawn('bash', ['--norc'], {
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = new Promise<void>((resolve) => shell.on('exit', () => resolve()));
  shell.stdin.on('error', ignore);
  shell.stdin.write('exec 2>&1\n');
  let output = '';
  let arrived: () => void = ignore;
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      output += chunk;
      arrived();
    });
  }
  return {
    async run(commands, limit) {
      const mark = randomUUID();
      output = '';
      // With eval, so that an invalid script only fails its own block, and without standard input, so that no block
      // reads the next one.
      shell.stdin.write(`eval ${quote(commands)} </dev/null\nprintf '${mark} %d\\n' $?\n`);
      const prompt = new RegExp(`${mark} (\\d+)\\n$`);
      const answer = new Promise<ShellAnswer>((resolve) => {
        arrived = () => {
          const match = prompt.exec(output);
          if (match === null) return;
          resolve({ code: Number(match[1]), output: output.slice(0, match.index) });
        };
      });
      const lost = ended.then(() => {
        throw new Error(`the shell has ended; its output:\n${output}`);
      });
      const late = AbortSignal.timeout(limit);
      const tooLate = new Promise<never>((_resolve, reject) => {
        late.addEventListener('abort', () => {
          reject(new Error(`no prompt after ${limit / 1000} s; the output:\n${output}`));
        });
      });
      return await Promise.race([answer, lost, tooLate]);
    },
    async [Symbol.asyncDispose]() {
      try {
        if (shell.pid !== undefined) process.kill(-shell.pid, 'SIGKILL');
      } catch {
        // It has already ended.
      }
      await ended;
    },
  };
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function ignore(): void {
  // A command that the shell cannot run shows in its answer.
}
