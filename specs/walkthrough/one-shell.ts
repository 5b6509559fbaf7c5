import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';

export interface ShellAnswer {
  readonly code: number;
  /** What came on stdout and stderr, in the order in which a reader sees it. */
  readonly output: string;
}

/** One shell for all blocks, as a reader has it: what a block exports, the next one finds. */
export interface OneShell {
  /** Types `commands` and waits for the prompt; an error when there is none within `limit` milliseconds. */
  run(commands: string, limit: number): Promise<ShellAnswer>;
  [Symbol.asyncDispose](): Promise<void>;
}

export function openShell(cwd: string, env: NodeJS.ProcessEnv): OneShell {
  // A group of its own, so that all that it started ends with it.
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
      // By eval, so that a block that is no shell script at all fails by itself; and none may read the next block.
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
        throw new Error(`the shell has ended; it said:\n${output}`);
      });
      const late = AbortSignal.timeout(limit);
      const tooLate = new Promise<never>((_resolve, reject) => {
        late.addEventListener('abort', () => {
          reject(new Error(`no prompt after ${limit / 1000} s; it said:\n${output}`));
        });
      });
      return await Promise.race([answer, lost, tooLate]);
    },
    async [Symbol.asyncDispose]() {
      try {
        if (shell.pid !== undefined) process.kill(-shell.pid, 'SIGKILL');
      } catch {
        // It has ended already.
      }
      await ended;
    },
  };
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function ignore(): void {
  // What the shell has no use for shows in what it answers.
}
