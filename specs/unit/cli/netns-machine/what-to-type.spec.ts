import { describe, expect, test, vi } from 'vitest';
import { imageHint } from '../../../../helpers/cli/netns-machine/commands/access/ssh.ts';
import type { Host } from '../../../../helpers/cli/netns-machine/hosts/host-config.ts';
import { main } from '../../../../helpers/cli/netns-machine/main.ts';

/** Returns the output of a program. */
async function run(program: string, ...words: readonly string[]) {
  const said = { stdout: '', stderr: '' };
  const write = (where: keyof typeof said) => (text: unknown) => {
    said[where] += String(text);
    return true;
  };
  using _out = vi.spyOn(process.stdout, 'write').mockImplementation(write('stdout'));
  using _err = vi.spyOn(process.stderr, 'write').mockImplementation(write('stderr'));
  const exitCode = await main(program, words, { MACHINE_STORAGE_PATH: '/nonexistent' });
  return { exitCode, ...said };
}

describe('Output that scripts parse', () => {
  test.each([['-v'], ['--version'], ['version']])(
    'docker-machine %s prints release 0.16.2',
    async (word) => {
      const { exitCode, stdout } = await run('docker-machine', word);
      expect([exitCode, stdout]).toEqual([
        0,
        expect.stringMatching(/^docker-machine version 0\.16\.2, build \S+\n$/),
      ]);
    },
  );

  test('docker-machine without arguments prints its usage, with the version', async () => {
    const { exitCode, stdout, stderr } = await run('docker-machine');
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Usage: docker-machine \[OPTIONS\] COMMAND \[arg\.\.\.\]\n/);
    expect(stdout).toMatch(/^Version: 0\.16\.2, build \S+$/m);
    expect(stdout).toMatch(/^Commands:\n {2}active /m);
  });

  test('netns-machine prints its own version', async () => {
    const { stdout } = await run('netns-machine', '-v');
    expect(stdout).toMatch(/^netns-machine version 0\.1\.0, build overlay-e2e\n$/);
  });
});

describe('Suggested commands', () => {
  test.each([
    [['-d', 'virtualbox', 'default'], 'default'],
    [['--driver=virtualbox', '--virtualbox-memory', '2048', 'dev'], 'dev'],
    [['-d', 'virtualbox'], 'NAME'],
  ])('create %j', async (words, name) => {
    const { exitCode, stderr } = await run('docker-machine', 'create', ...words);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^Driver "virtualbox" not found\./);
    expect(stderr.endsWith(`or run: docker-machine create -d netns ${name}\n`)).toBe(true);
  });

  const host = { name: 'one', config: { Driver: {} } } as unknown as Host;
  const open = { name: 'one', config: { Driver: { Egress: true } } } as unknown as Host;
  test.each([
    ['docker run -d progrium/consul', 125, host, '--netns-image progrium/consul NAME'],
    ['sudo docker pull busybox', 1, host, '--netns-image FILE_OF_DOCKER_SAVE NAME'],
    ['docker run busybox false', 1, host, undefined],
    ['docker ps', 1, host, undefined],
    ['docker run progrium/consul', 125, open, undefined],
  ])('%s, exit code %i', (line, code, where, expected) => {
    const hint = imageHint('netns-machine', where, line, code);
    if (expected === undefined) expect(hint).toBeUndefined();
    else expect(hint?.endsWith(expected), hint).toBe(true);
  });
});
