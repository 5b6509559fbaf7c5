import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test as base, describe, expect, onTestFinished } from 'vitest';
import { openNetnsLab } from '../machine/netns-lab.ts';
import { askFor, openOutside } from '../machine/outside.ts';

const test = base
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  .extend('lab', { scope: 'file' }, async ({}, { onCleanup }) => {
    const lab = await openNetnsLab();
    onCleanup(() => lab[Symbol.asyncDispose]());
    for (const egress of [true, false]) {
      await lab.provider.create({ name: egress ? 'open' : 'shut', kernel: 'own', egress });
    }
    return lab;
  })
  .extend('outside', { scope: 'file' }, async ({ lab }, { onCleanup }) => {
    const outside = await openOutside(lab);
    onCleanup(() => outside[Symbol.asyncDispose]());
    return outside;
  });

describe('A machine with its own kernel', { shuffle: false }, () => {
  test('reaches the same addresses as the host if it has egress', async ({ lab, outside }) => {
    const answer = await lab.provider.run('open', askFor(outside), { expect: 'any' });
    expect(answer, answer.stderr).toMatchObject({ exitCode: 0 });
    expect(answer.stdout).toContain('hello from beyond\n');
    const { stdout } = await lab.inside('open', 'cat /etc/resolv.conf');
    expect(stdout).toMatch(/^nameserver \d+\.\d+\.\d+\.3\n$/);
  });

  test('keeps its egress after a restart', async ({ lab, outside }) => {
    await lab.provider.cleanUp();
    await lab.provider.kill('open');
    await lab.provider.start('open');
    const answer = await lab.provider.run('open', askFor(outside), { expect: 'any' });
    expect(answer.stdout).toContain('hello from beyond\n');
  });

  test('does not reach services that listen only on the host’s loopback', async ({ lab }) => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { address } = await lab.provider.inspect('open');
    const beyond = address.replace(/\d+$/, '2');
    const line = `exec 3<>/dev/tcp/${beyond}/${port}`;
    const tried = await lab.provider.run('open', ['bash', '-c', line], { expect: 'any' });
    expect(tried.exitCode).not.toBe(0);
    expect(tried.stderr).toMatch(/Network is unreachable/);
  });

  test('reaches no other network without egress', async ({ lab, outside }) => {
    const tried = await lab.provider.run('shut', askFor(outside), { expect: 'any' });
    expect(tried.exitCode).not.toBe(0);
    expect(tried.stderr).toMatch(/Network is unreachable/);
    expect((await lab.inside('shut', 'cat /etc/resolv.conf')).stdout).toBe('');
  });
});
