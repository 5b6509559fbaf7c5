import { expect, test } from 'vitest';
import { explainSsh } from '../../../../helpers/docker/endpoints/explain-ssh.ts';
import { SshFailure } from '../../../../helpers/docker/endpoints/ssh-socket.ts';

const endpoint = { kind: 'ssh', host: 'far', user: 'me' } as const;

// Messages of OpenSSH 8.4 to 10.0, of docker 19.03 to 26.1, and of the shells dash and bash.
test.each([
  [
    255,
    '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.',
    /its host key has changed.*ssh-keygen -R far/,
  ],
  [
    255,
    'Host key verification failed.',
    /its host key is unknown to ssh.*log in once.*ssh me@far$/,
  ],
  [255, 'me@far: Permission denied (publickey).', /without a prompt; .*ssh me@far docker version$/],
  [255, 'ssh: Could not resolve hostname far: Name or service not known', /unknown host name/],
  [127, 'sh: 1: docker: not found', /no docker command/],
  [127, 'bash: line 1: docker: command not found', /no docker command/],
  [1, "docker: 'system dial-stdio' is not a docker command.", /too old for ssh/],
  [
    1,
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: dial unix /var/run/docker.sock: connect: permission denied',
    /no access to the engine; .*group docker/,
  ],
  [
    3,
    'something new',
    /"something new"; run this command to see the problem: ssh me@far docker system dial-stdio$/,
  ],
  [3, '', /exit code 3; run/],
])('exit code %i, "%s"', (exitCode, said, expected) => {
  const { code, observed, hint } = explainSsh(new SshFailure('far', exitCode, said), endpoint);
  expect(`${observed}; ${hint}`).toMatch(expected);
  expect(observed).toMatch(/^ssh far: /);
  expect(code).not.toBe('engine-unreachable');
});

test.each([
  'ssh: connect to host far port 22: Connection refused',
  'ssh: connect to host far port 22: Connection timed out',
  'ssh: connect to host far port 22: No route to host',
  'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
])('no engine answers: "%s"', (said) => {
  expect(explainSsh(new SshFailure('far', 255, said), endpoint).code).toBe('engine-unreachable');
});

test('a missing ssh on PATH is reported', () => {
  const cause = Object.assign(new Error('spawn ssh ENOENT'), { code: 'ENOENT' });
  expect(explainSsh(new SshFailure('far', undefined, cause.message, cause), endpoint)).toEqual({
    code: 'package-missing',
    observed: 'ssh not found on PATH',
    hint: 'install an OpenSSH client',
  });
});
