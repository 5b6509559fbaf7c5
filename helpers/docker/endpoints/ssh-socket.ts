import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { ClientRequest } from 'node:http';
import { Duplex } from 'node:stream';
import { commandLine, quoteForShell } from '../../process/run-command.ts';
import type { SshEndpoint } from './endpoint.ts';
import { EngineAgent } from './engine-agent.ts';

/** The error of the user's `ssh` if it ended, or did not start. */
export class SshFailure extends Error {
  readonly host: string;
  /** 255 of ssh itself, or that of the remote command; undefined if ssh is missing or was killed. */
  readonly exitCode: number | undefined;
  /** Standard error of ssh or the remote command. */
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

/**
 * The user's configuration may forward an agent, a display or ports, with which root of the host could log in
 * elsewhere.
 */
const withoutForwarding = ['-a', '-x', '-o', 'ClearAllForwardings=yes'];

/**
 * Returns the arguments with which Docker's own client opens a connection (docker/cli, cli/connhelper): keys, agents,
 * aliases and jump hosts of the user's ssh apply. Prompts are disabled, because several parallel connections would
 * prompt at the same time.
 */
export function sshWords({ host, user, port, socket }: SshEndpoint): string[] {
  const docker = ['docker', ...(socket === undefined ? [] : [`--host=unix://${socket}`])];
  const there = [...docker, 'system', 'dial-stdio'];
  const login = [
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
  ];
  const options = ['-T', ...withoutForwarding, '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15'];
  // The remote shell parses the command again.
  return [...options, ...login, '--', host, there.map(quoteForShell).join(' ')];
}

/** Returns the command line with which a user tries the same connection. */
export function sshByHand({ host, user, port }: SshEndpoint, ...command: string[]): string {
  const at = user === undefined ? host : `${user}@${host}`;
  return commandLine('ssh', [...(port === undefined ? [] : ['-p', String(port)]), at, ...command]);
}

/** In bytes; the end of standard error that explains a failure. */
const mostSaid = 16_384;

/** A connection to an engine through `ssh`, for an HTTP client. Closing it ends the process. */
class SshSocket extends Duplex {
  readonly #ssh: ChildProcessWithoutNullStreams;
  #said = '';

  constructor(endpoint: SshEndpoint) {
    super();
    // In a separate session: a terminal's Ctrl-C would otherwise end the connections that the clean-up needs.
    const ssh = spawn('ssh', sshWords(endpoint), { stdio: 'pipe', detached: true });
    this.#ssh = ssh;
    ssh.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) ssh.stdout.pause();
    });
    ssh.stderr.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-mostSaid);
    });
    // Its exit code gives the reason.
    ssh.stdin.on('error', () => {});
    ssh.on('error', (error) => {
      this.destroy(new SshFailure(endpoint.host, undefined, error.message, error));
    });
    const over = () => {
      if (ssh.exitCode === 0) this.push(null);
      else this.destroy(new SshFailure(endpoint.host, ssh.exitCode ?? undefined, this.#said));
    };
    ssh.on('close', over);
    // With ControlPersist, an older ssh leaves a process that keeps standard error open; its messages are complete by
    // then.
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

  // Methods of a network connection that HTTP clients call, without a function here.
  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  /** Controls if this process stays alive for the connection. */
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
      // The pipes of a child are sockets, which their type does not express.
      run(pipe as unknown as { ref(): void; unref(): void });
    }
  }
}

/** In milliseconds, until an unused ssh connection is closed: a login takes much longer than a connection. */
const idleLimit = 15_000;

/** Opens the connections to an engine through `ssh`. */
export class SshAgent extends EngineAgent {
  readonly #endpoint: SshEndpoint;
  readonly #idle = new WeakMap<Duplex, NodeJS.Timeout>();

  constructor(endpoint: SshEndpoint) {
    // An sshd refuses connections at random during ten parallel logins (MaxStartups).
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
