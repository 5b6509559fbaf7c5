import { describe, expect, test } from 'vitest';
import { parseEngineUrl } from '../../../../helpers/docker/endpoints/engine-url.ts';
import { sshByHand, sshWords } from '../../../../helpers/docker/endpoints/ssh-socket.ts';
import type { SshEndpoint } from '../../../../helpers/docker/endpoints/endpoint.ts';

describe('an engine address is parsed like the docker client does', () => {
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

describe('an invalid engine address is rejected with the valid forms', () => {
  test.each([
    ['10.0.0.1:2376', 'it is no address of an engine'],
    ['', 'it is no address of an engine'],
    ['https://10.0.0.1:2376', 'an engine is not named by a web address'],
    ['npipe:////./pipe/docker_engine', 'engines of Windows'],
    ['tcp://', 'it names no host'],
    ['tcp://me@10.0.0.1', 'it has a user'],
    ['tcp://10.0.0.1/v1.40', 'it has a path'],
    ['tcp://10.0.0.1:99999', 'it is no address of an engine'],
    ['ssh://me:secret@far', 'it has a password'],
    ['ssh://far?a=b', 'it has a query'],
    ['unix://run/docker.sock', 'it names no absolute path'],
  ])('"%s"', async (url, expected) => {
    await expect(parseEngineUrl(url)).rejects.toThrow(expected);
    await expect(parseEngineUrl(url)).rejects.toThrow(/\. (Write|Did you mean) .*(tcp|unix):\/\//);
  });
});

test.for([
  ['10.0.0.1', 'tcp://10.0.0.1:2376'],
  ['web.example:2375', 'tcp://web.example:2375'],
  ['[fd00::1]', 'tcp://[fd00::1]:2376'],
  ['me@web.example', 'ssh://me@web.example'],
  ['/var/run/docker.sock', 'unix:///var/run/docker.sock'],
] as const)('for the address %s without a scheme, %s is suggested', async ([text, url]) => {
  await expect(parseEngineUrl(text)).rejects.toThrow(`Did you mean ${url}?`);
});

describe("ssh is called like Docker's own client does", () => {
  const nothingForwarded = ['-a', '-x', '-o', 'ClearAllForwardings=yes'];
  const limits = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15'];
  const usual = ['-T', ...nothingForwarded, ...limits];
  test.each<[SshEndpoint, string[]]>([
    [{ kind: 'ssh', host: 'far' }, ['--', 'far', 'docker system dial-stdio']],
    [
      { kind: 'ssh', host: 'far', user: 'me', port: 22 },
      ['-l', 'me', '-p', '22', '--', 'far', 'docker system dial-stdio'],
    ],
    // A host that looks like an option is invalid, and a path is one word on the remote host.
    [
      { kind: 'ssh', host: '-oProxyCommand=x', socket: '/a b;c' },
      ['--', '-oProxyCommand=x', "docker '--host=unix:///a b;c' system dial-stdio"],
    ],
  ])('%j', (endpoint, expected) => {
    expect(sshWords(endpoint)).toEqual([...usual, ...expected]);
  });

  test('the command for people is the usual ssh command', () => {
    const endpoint: SshEndpoint = { kind: 'ssh', host: 'far', user: 'me', port: 2222 };
    expect(sshByHand(endpoint, 'docker', 'version')).toBe('ssh -p 2222 me@far docker version');
  });
});
