import { describe, expect, test } from 'vitest';
import { parseEngineUrl } from '../../../../helpers/docker/endpoints/engine-url.ts';
import { sshByHand, sshWords } from '../../../../helpers/docker/endpoints/ssh-socket.ts';
import type { SshEndpoint } from '../../../../helpers/docker/endpoints/endpoint.ts';

describe('an address means the same engine as for the docker client', () => {
  test.each([
    ['tcp://10.0.0.1:4000', { kind: 'plain', host: '10.0.0.1', port: 4000 }],
    ['tcp://far.example', { kind: 'plain', host: 'far.example', port: 2375 }],
    ['tcp://[fd00::1]:2375', { kind: 'plain', host: 'fd00::1', port: 2375 }],
    ['unix:///run/user/1000/docker.sock', { kind: 'unix', path: '/run/user/1000/docker.sock' }],
    ['unix:///with a space/%41', { kind: 'unix', path: '/with a space/%41' }],
    ['ssh://alias', { kind: 'ssh', host: 'alias' }],
    ['ssh://me@far:2222/', { kind: 'ssh', host: 'far', user: 'me', port: 2222 }],
    ['ssh://far/run/my.sock', { kind: 'ssh', host: 'far', socket: '/run/my.sock' }],
  ])('%s', async (url, expected) => {
    expect(await parseEngineUrl(url)).toEqual(expected);
  });
});

describe('an invalid address is an error with the valid forms', () => {
  test.each([
    ['10.0.0.1:2376', 'not the address of an engine'],
    ['', 'not the address of an engine'],
    ['https://10.0.0.1:2376', 'a web address is not the address of an engine'],
    ['npipe:////./pipe/docker_engine', 'engines on Windows'],
    ['tcp://', 'no host'],
    ['tcp://me@10.0.0.1', 'cannot have a user'],
    ['tcp://10.0.0.1/v1.40', 'cannot have a path'],
    ['tcp://10.0.0.1:99999', 'not the address of an engine'],
    ['ssh://me:secret@far', 'cannot have a password'],
    ['ssh://far?a=b', 'cannot have a query'],
    ['unix://run/docker.sock', 'not an absolute path'],
  ])('"%s"', async (url, expected) => {
    await expect(parseEngineUrl(url)).rejects.toThrow(expected);
    await expect(parseEngineUrl(url)).rejects.toThrow(
      /\. (Use the form|Did you mean) .*(tcp|unix):\/\//,
    );
  });
});

test.for([
  ['10.0.0.1', 'tcp://10.0.0.1:2376'],
  ['web.example:2375', 'tcp://web.example:2375'],
  ['[fd00::1]', 'tcp://[fd00::1]:2376'],
  ['me@web.example', 'ssh://me@web.example'],
  ['/var/run/docker.sock', 'unix:///var/run/docker.sock'],
] as const)('the address %s has no scheme, and %s is suggested', async ([text, url]) => {
  await expect(parseEngineUrl(text)).rejects.toThrow(`Did you mean ${url}?`);
});

describe('ssh is called as by Docker’s own client', () => {
  const nothingForwarded = ['-a', '-x', '-o', 'ClearAllForwardings=yes'];
  const limits = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15'];
  const usual = ['-T', ...nothingForwarded, ...limits];
  test.each<[SshEndpoint, string[]]>([
    [{ kind: 'ssh', host: 'far' }, ['--', 'far', 'docker system dial-stdio']],
    [
      { kind: 'ssh', host: 'far', user: 'me', port: 22 },
      ['-l', 'me', '-p', '22', '--', 'far', 'docker system dial-stdio'],
    ],
    // A host like an option is invalid, and a path is one word for the remote shell.
    [
      { kind: 'ssh', host: '-oProxyCommand=x', socket: '/a b;c' },
      ['--', '-oProxyCommand=x', "docker '--host=unix:///a b;c' system dial-stdio"],
    ],
  ])('%j', (endpoint, expected) => {
    expect(sshWords(endpoint)).toEqual([...usual, ...expected]);
  });

  test('the command for users is a plain ssh command', () => {
    const endpoint: SshEndpoint = { kind: 'ssh', host: 'far', user: 'me', port: 2222 };
    expect(sshByHand(endpoint, 'docker', 'version')).toBe('ssh -p 2222 me@far docker version');
  });
});
