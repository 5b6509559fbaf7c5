import type { ErrorCode } from '../../process/errors/error-codes.ts';
import type { Explanation } from './explanation.ts';
import type { SshEndpoint } from './endpoint.ts';
import { sshByHand, type SshFailure } from './ssh-socket.ts';

interface Known {
  readonly code: ErrorCode;
  readonly words: RegExp;
  readonly observed: string;
  readonly hint: (endpoint: SshEndpoint) => string;
}

/** The messages of ssh, of the docker client on the other host, and of its shell; the most specific first. */
const known: readonly Known[] = [
  {
    code: 'host-key-wrong',
    words: /HOST IDENTIFICATION HAS CHANGED/,
    observed: 'its host key has changed',
    hint: ({ host }) =>
      `check that it is the right host, and then remove the old key: ssh-keygen -R ${host}`,
  },
  {
    code: 'host-key-wrong',
    words: /Host key verification failed|host key is known for/,
    observed: 'its host key is unknown to ssh',
    hint: (endpoint) => `log in once and accept the key: ${sshByHand(endpoint)}`,
  },
  {
    code: 'login-refused',
    words: /Permission denied \(|Too many authentication failures/,
    observed: 'it does not accept this user without a prompt',
    hint: (endpoint) =>
      `log in with a key (ssh-add, or IdentityFile in ~/.ssh/config) until this command works: ${sshByHand(endpoint, 'docker', 'version')}`,
  },
  {
    code: 'host-unknown',
    words: /Could not resolve hostname/,
    observed: 'unknown host name',
    hint: () => 'check the spelling, or give its address',
  },
  {
    code: 'engine-unreachable',
    words: /Connection refused/,
    observed: 'connection refused',
    hint: () => 'check that the host runs, and that sshd runs on this port',
  },
  {
    code: 'engine-unreachable',
    words: /timed out|No route to host|Network is unreachable/,
    observed: 'it cannot be reached',
    hint: () => 'check that the host runs and has a route to this host',
  },
  {
    code: 'login-refused',
    words: /permission denied while trying to connect|dial unix .*: permission denied/i,
    observed: 'its user has no access to the engine',
    hint: () => 'use another user (ssh://USER@HOST), or add this one to the group docker there',
  },
  {
    code: 'engine-unreachable',
    words: /Cannot connect to the Docker daemon|dial unix .*: (no such file|connect: )/,
    observed: 'its engine does not run',
    hint: () => 'start the engine, or read its log for the reason of its end',
  },
  {
    code: 'package-missing',
    words: /command not found|: not found|No such file or directory/,
    observed: 'it has no docker command, which connections by ssh require',
    hint: () => 'install the docker client there, or give the tcp:// address of the engine',
  },
  {
    code: 'engine-unsuitable',
    words: /dial-stdio|is not a docker command/,
    observed: 'its docker command is too old for ssh',
    hint: () => 'install Docker 18.09 or later there, or give the tcp:// address of the engine',
  },
];

/** Explains a failed connection by ssh. */
export function explainSsh(failure: SshFailure, endpoint: SshEndpoint): Explanation {
  const at = `ssh ${endpoint.host}`;
  const { cause, exitCode, said } = failure;
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
    return {
      code: 'package-missing',
      observed: 'ssh not found on PATH',
      hint: 'install an OpenSSH client',
    };
  }
  const one = known.find(({ words }) => words.test(said));
  if (one !== undefined) {
    const { code, observed, hint } = one;
    return { code, observed: `${at}: ${observed}`, hint: hint(endpoint) };
  }
  const last = said.trim().split('\n').at(-1)?.trim() ?? '';
  return {
    code: 'engine-refused',
    observed: `${at}: ${last === '' ? `exit code ${exitCode ?? 'none'}` : `"${last}"`}`,
    hint: `run this command to see the problem: ${sshByHand(endpoint, 'docker', 'system', 'dial-stdio')}`,
  };
}
