import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { ClientRequest } from 'node:http';
import { Duplex } from 'node:stream';
import { commandLine, quoteForShell } from '../../process/run-command.ts';
import type { SshEndpoint } from './endpoint.ts';
import { EngineAgent } from './engine-agent.ts';

/** The user's `ssh` ended, or did not even start. */
export class SshFailure extends Error {
  readonly host: string;
  /** ssh's own 255, or that of the command over there; `undefined` when there is no ssh or it was killed. */
  readonly exitCode: number | undefined;
  /** All that came on standard error: ssh's words, or the command's. */
  readonly said: string;

  constructor(host: string, exitCode: number | undefined, said: string, cause?: unknown) {
    const last = said.trim().split('\n').at(-1) ?? '';
    super(`ssh ${host}: ${last === '' ? `exit code ${exitCode ?? 'none'}` : last}`, { cause });
    this.name = 'SshFailure';
    this.host = host;
    this.exitCode = exitCode;
    this.said = said;
  }
}

/** The user's configuration may forward an agent, a display or ports: root of the host could use them to log in elsewhere. */
const withoutForwarding = ['-a', '-x', '-o', 'ClearAllForwardings=yes'];

/**
 * The words of the command that Docker's own client opens a connection by (docker/cli, cli/connhelper): whatever the
 * user's ssh knows of keys, agents, aliases and jump hosts holds. Nobody is asked for anything: several connections are
 * opened side by side, and would ask all at once.
 */
export function sshWords({ host, user, port, socket }: SshEndpoint): string[] {
  const docker = ['docker', ...(socket === undefined ? [] : [`--host=unix://${socket}`])];
  const there = [...docker, 'system', 'dial-stdio'];
  const login = [
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
  ];
  const options = ['-T', ...withoutForwarding, '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15'];
  // The shell over there takes the command apart again.
  return [...options, ...login, '--', host, there.map(quoteForShell).join(' ')];
}

/** How the same connection is tried by hand. */
export function sshByHand({ host, user, port }: SshEndpoint, ...command: string[]): string {
  const at = user === undefined ? host : `${user}@${host}`;
  return commandLine('ssh', [...(port === undefined ? [] : ['-p', String(port)]), at, ...command]);
}

/** As much of standard error as a failure is explained by. */
const mostSaid = 16_384;

/** A connection to an engine through `ssh`, as an HTTP client takes one. Its end ends the process. */
export class SshSocket extends Duplex {
  readonly #ssh: ChildProcessWithoutNullStreams;
  #said = '';

  constructor(endpoint: SshEndpoint) {
    super();
    // In a session of its own: a terminal's Ctrl-C would otherwise cut the connections by which is then cleaned up.
    const ssh = spawn('ssh', sshWords(endpoint), { stdio: 'pipe', detached: true });
    this.#ssh = ssh;
    ssh.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) ssh.stdout.pause();
    });
    ssh.stderr.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-mostSaid);
    });
    // Its exit tells why it reads no more.
    ssh.stdin.on('error', () => {});
    ssh.on('error', (error) => {
      this.destroy(new SshFailure(endpoint.host, undefined, error.message, error));
    });
    const over = () => {
      if (ssh.exitCode === 0) this.push(null);
      else this.destroy(new SshFailure(endpoint.host, ssh.exitCode ?? undefined, this.#said));
    };
    ssh.on('close', over);
    // Where the user's configuration keeps connections (ControlPersist), an older ssh leaves a process behind that holds
    // standard error open: what it has to say is there by then.
    ssh.on('exit', () => setTimeout(over, 1000).unref());
  }

  override _read(): void {
    this.#ssh.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.#ssh.stdin.write(chunk, () => callback());
  }

  override _final(callback: () => void): void {
    this.#ssh.stdin.end(() => callback());
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#ssh.kill();
    callback(error);
  }

  // What an HTTP client expects of a connection over the network, and means nothing here.
  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  /** Whether this process waits for it before it ends by itself. */
  ref(): this {
    this.#each((one) => one.ref());
    return this;
  }

  unref(): this {
    this.#each((one) => one.unref());
    return this;
  }

  #each(run: (one: { ref(): void; unref(): void }) => void): void {
    run(this.#ssh);
    for (const pipe of [this.#ssh.stdin, this.#ssh.stdout, this.#ssh.stderr]) {
      // The pipes of a child are sockets, which its type does not say.
      run(pipe as unknown as { ref(): void; unref(): void });
    }
  }
}

/** Milliseconds that an unused connection through ssh is kept: a login costs far more than a connection. */
const idleLimit = 15_000;

/** Opens the connections to an engine through `ssh`. */
export class SshAgent extends EngineAgent {
  readonly #endpoint: SshEndpoint;
  readonly #idle = new WeakMap<Duplex, NodeJS.Timeout>();

  constructor(endpoint: SshEndpoint) {
    // An sshd refuses at random while ten others are still logging in (MaxStartups).
    super({ keepAlive: true, maxSockets: 8 });
    this.#endpoint = endpoint;
  }

  override createConnection(): Duplex {
    return new SshSocket(this.#endpoint);
  }

  override keepSocketAlive(socket: Duplex): boolean {
    this.#idle.set(socket, setTimeout(() => socket.destroy(), idleLimit).unref());
    (socket as SshSocket).unref();
    return true;
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    clearTimeout(this.#idle.get(socket));
    (socket as SshSocket).ref();
    super.reuseSocket(socket, request);
  }
}
