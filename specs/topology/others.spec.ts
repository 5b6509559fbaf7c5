import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import type { Machine } from '../../helpers/machine/machine.ts';
import { createNetnsProvider, type NetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { findProgram } from '../../helpers/process/files/find-program.ts';
import { prepareTools } from '../../helpers/debian/tools.ts';
import { runCommand } from '../../helpers/process/run-command.ts';
import { expect, expectNothingLeft, expectUntouched, openLab, test as base } from './lab.ts';

const test = base.extend(
  'other',
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  async ({}, { onCleanup }) => {
    const other = await openLab();
    onCleanup(() => other.clear());
    return other;
  },
);

describe('everything outside of the state directory stays unchanged', () => {
  test("another state directory and a user's Docker, after up, kill -9, down and a failed up", async ({
    lab,
    other,
    onTestFinished,
  }) => {
    await other.makeMachine('mh-keystore');
    const docker = await startDockerOfUser();
    onTestFinished(docker.end);
    const before = await other.traces();
    expect(before.processes.length).toBeGreaterThan(2);

    const killed = lab.start('up', '--until', 'keystore', '--verbose');
    await killed.says('machine mh-keystore: boot');
    await lab.kill(killed);
    expect(await lab.run('down')).toMatchObject({ exitCode: 0 });
    const interrupted = lab.start('up', '--until', 'keystore', '--verbose');
    await interrupted.says('switch: bridge');
    interrupted.signal('SIGTERM', 'command');
    expect(await interrupted.ended).toMatchObject({ exitCode: 143 });
    await expectNothingLeft(lab);

    await expectUntouched(other, before);
    expect(await docker.look()).toEqual(docker.asMade);
  });
});

describe('two state directories at the same time', () => {
  test('have different address ranges and no traffic between them', async ({ lab, other }) => {
    const [sender, neighbour, stranger] = await Promise.all([
      lab.makeMachine('sender'),
      lab.makeMachine('neighbour'),
      other.makeMachine('neighbour'),
    ]);
    expect(rangeOf(stranger)).not.toBe(rangeOf(sender));
    expect(rangeOf(neighbour)).toBe(rangeOf(sender));

    const ours = createNetnsProvider({ store: lab.store });
    const theirs = createNetnsProvider({ store: other.store });
    // The same attempt reaches a machine of the same directory, which excludes a wrong address as the reason.
    expect(await countArrivals(ours, sender, { provider: ours, machine: neighbour })).toBe(3);
    expect(await countArrivals(ours, sender, { provider: theirs, machine: stranger })).toBe(0);
  });
});

function rangeOf({ address }: Machine): string {
  return address.split('.').slice(0, 3).join('.');
}

/**
 * Returns how many of three packets arrive when the sender is forced to find the target on its own link: isolation must
 * not depend on a missing route, which any root user can add.
 */
async function countArrivals(
  from: NetnsProvider,
  sender: Machine,
  { provider, machine }: { provider: NetnsProvider; machine: Machine },
): Promise<number> {
  const mac = provider.config(machine.name).Driver.MACAddress;
  await from.run(sender.name, [
    'sh',
    '-c',
    `
    ip route replace ${machine.address} dev eth1
    ip neigh replace ${machine.address} lladdr ${mac} dev eth1`,
  ]);
  // Counted before the target can drop them, because of a missing return route or a firewall.
  const rule = ['PREROUTING', '-s', sender.address, '-p', 'icmp'];
  await provider.run(machine.name, ['iptables', '-t', 'raw', '-I', ...rule]);
  const ping = ['ping', '-c', '3', '-i', '0.2', '-W', '1', machine.address] as const;
  await from.run(sender.name, ping, { expect: 'any' });
  const listed = await provider.run(machine.name, ['iptables', '-t', 'raw', '-nvxL', 'PREROUTING']);
  return Number(new RegExp(`^ *(\\d+) .*${sender.address} `, 'm').exec(listed.stdout)?.[1]);
}

/** Starts a process named dockerd in its own network namespace and cgroup, and a link, like a user's Docker. */
async function startDockerOfUser() {
  const folder = await mkdtemp(join(tmpdir(), 'docker-of-user-'));
  const { env } = await prepareTools();
  const name = `user-${folder.slice(-6)}`;
  const ip = async (line: string) => await runCommand('ip', line.split(' '), { env });
  await copyFile(findProgram('sleep') ?? '/bin/sleep', join(folder, 'dockerd'));
  await ip(`netns add ${name}`);
  await ip(`link add ${name} type veth peer name eth1 netns ${name}`);
  const enter = [`--net=/run/netns/${name}`, join(folder, 'dockerd'), 'infinity'];
  const dockerd = spawn('nsenter', enter, { stdio: 'ignore' });
  const ended = once(dockerd, 'exit');
  const look = async () => ({
    alive: dockerd.exitCode === null && dockerd.signalCode === null,
    namespace: existsSync(`/run/netns/${name}`),
    link: (await ip(`-o link show ${name}`)).stdout,
  });
  return {
    asMade: await look(),
    look,
    end: async () => {
      dockerd.kill('SIGKILL');
      await ended;
      await ip(`link delete ${name}`);
      await ip(`netns delete ${name}`);
      await rm(folder, { recursive: true });
    },
  };
}
