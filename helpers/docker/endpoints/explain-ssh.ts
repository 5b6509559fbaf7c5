import type { ErrorCode } from '../../process/errors/error-codes.ts';
import type { Explanation } from './explanation.ts';
import type { SshEndpoint } from './endpoint.ts';
import { sshByHand, type SshFailure } from './ssh-socket.ts';

interface Known {
  readonly code: ErrorCode;
  readonly words: RegExp;
  readonly observed: string;
  readonly remedy: (endpoint: SshEndpoint) => string;
}

/** What ssh, the docker client at its other end, and the shell there say, most telling first. */
const known: readonly Known[] = [
  {
    code: 'host-key-wrong',
    words: /HOST IDENTIFICATION HAS CHANGED/,
    observed: 'its host key is another one than ssh knows it by',
    remedy: ({ host }) =>
      `make sure that it is the right host, and then forget the old key: ssh-keygen -R ${host}`,
  },
  {
    code: 'host-key-wrong',
    words: /Host key verification failed|host key is known for/,
    observed: 'ssh does not know its host key',
    remedy: (endpoint) => `log in once by hand and accept it: ${sshByHand(endpoint)}`,
  },
  {
    code: 'login-refused',
    words: /Permission denied \(|Too many authentication failures/,
    observed: 'it does not let this user in without asking',
    remedy: (endpoint) =>
      `log in with a key (ssh-add, or IdentityFile in ~/.ssh/config), until this works: ${sshByHand(endpoint, 'docker', 'version')}`,
  },
  {
    code: 'host-unknown',
    words: /Could not resolve hostname/,
    observed: 'ssh knows no host of this name',
    remedy: () => 'write it as it is, or give its address',
  },
  {
    code: 'engine-unreachable',
    words: /Connection refused/,
    observed: 'it refuses the connection',
    remedy: () => 'see whether it runs, and sshd on it, and on which port',
  },
  {
    code: 'engine-unreachable',
    words: /timed out|No route to host|Network is unreachable/,
    observed: 'it cannot be reached',
    remedy: () => 'see whether it runs and has a route to this host',
  },
  {
    code: 'login-refused',
    words: /permission denied while trying to connect|dial unix .*: permission denied/i,
    observed: 'the user there may not use the engine',
    remedy: () => 'name one who may (ssh://USER@HOST), or put this one into the group docker there',
  },
  {
    code: 'engine-unreachable',
    words: /Cannot connect to the Docker daemon|dial unix .*: (no such file|connect: )/,
    observed: 'its engine does not run',
    remedy: () => 'start it, or read its log for why it ended',
  },
  {
    code: 'package-missing',
    words: /command not found|: not found|No such file or directory/,
    observed: 'it has no docker command, which the way through ssh needs',
    remedy: () => 'install the docker client there, or name the engine by tcp://',
  },
  {
    code: 'engine-unsuitable',
    words: /dial-stdio|is not a docker command/,
    observed: 'its docker command is too old for ssh',
    remedy: () => 'install Docker 18.09 or newer there, or name the engine by tcp://',
  },
];

/** Why there is no connection through ssh. */
export function explainSsh(failure: SshFailure, endpoint: SshEndpoint): Explanation {
  const at = `ssh ${endpoint.host}`;
  const { cause, exitCode, said } = failure;
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
    return {
      code: 'package-missing',
      observed: 'there is no ssh on PATH',
      remedy: 'install an OpenSSH client',
    };
  }
  const one = known.find(({ words }) => words.test(said));
  if (one !== undefined) {
    const { code, observed, remedy } = one;
    return { code, observed: `${at}: ${observed}`, remedy: remedy(endpoint) };
  }
  const last = said.trim().split('\n').at(-1)?.trim() ?? '';
  return {
    code: 'engine-refused',
    observed: `${at}: ${last === '' ? `exit code ${exitCode ?? 'none'}` : `"${last}"`}`,
    remedy: `see what this says: ${sshByHand(endpoint, 'docker', 'system', 'dial-stdio')}`,
  };
}
