import { randomInt } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test as base, describe, expect, onTestFinished } from 'vitest';
import { type AddressRange, formatRange, parseRange } from '../../helpers/process/address-range.ts';
import { hostAddress } from '../../helpers/netns/network/machine-addresses.ts';
import { connectLink } from '../../helpers/netns/network/machine-link.ts';
import { makeConfig } from '../../helpers/netns/state/machine-config.ts';
import { macAddress, machineNamespace, switchNamespace } from '../../helpers/netns/state/names.ts';
import { findOverlap, readHostRoutes } from '../../helpers/netns/network/routes.ts';
import { openStore } from '../../helpers/netns/state/store.ts';
import { ensureSwitch, hostLink } from '../../helpers/netns/network/switch.ts';
import { prepareTools } from '../../helpers/debian/tools.ts';
import { type NetnsLab, openNetnsLab } from './netns-lab.ts';

const netnsMachine = resolve(import.meta.dirname, '../../helpers/cli/netns-machine.sh');

// Switch and links without machines: their state after interruptions.

const test = base
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  .extend('lab', async ({}, { onCleanup }) => {
    const lab = await openNetnsLab();
    onCleanup(() => lab[Symbol.asyncDispose]());
    return lab;
  })
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  .extend('env', { scope: 'file' }, async ({}) => (await prepareTools()).env)
  // Not one of the default ranges, which other runs might use while it is broken here.
  .extend('subnet', { scope: 'file' }, async ({ env }) => {
    const routes = await readHostRoutes(env);
    const free = subnets.find((one) => findOverlap(routes, parseRange(one)) === undefined);
    if (free === undefined) throw new Error(`this host routes all of ${subnets.join(', ')}`);
    return free;
  });

// Other ranges for each run. A host may route a whole private network.
const subnets = [`10.${randomInt(200, 250)}`, `172.${randomInt(18, 31)}`, '198.18'].map(
  (start) => `${start}.${randomInt(256)}.0/24`,
);

describe('the next machine repairs a switch', () => {
  test.for<[string, (lab: NetnsLab, range: AddressRange) => string]>([
    ['its link was removed', (_lab, range) => `ip link delete ${hostLink(range)}`],
    ['its namespace was removed', (lab) => `ip netns delete ${switchOf(lab)}`],
    [
      'its creation was killed before the alias was set',
      (_lab, range) =>
        `ip link set ${hostLink(range)} down; ip address flush dev ${hostLink(range)}; ip link set ${hostLink(range)} alias ''`,
    ],
    [
      'its creation was killed before the bridge existed',
      (lab, range) =>
        `ip link delete ${hostLink(range)}; ip -netns ${switchOf(lab)} link delete br0`,
    ],
    ['its state directory was deleted by hand', (lab) => `rm -rf ${lab.folder}`],
  ])('after %s', async ([, breakIt], { lab, env, subnet }) => {
    const range = await ensureSwitch(lab.provider.stateDirectory, subnet, env);
    const broken = await lab.onHost(breakIt(lab, range));
    expect(broken, broken.stderr).toMatchObject({ exitCode: 0 });
    const again = await ensureSwitch(lab.provider.stateDirectory, subnet, env);
    expect(await pingThrough(lab, again, env)).toMatchObject({ exitCode: 0 });
  });

  test('and leaves it unchanged if nothing happened', async ({ lab, env, subnet }) => {
    const range = await ensureSwitch(lab.provider.stateDirectory, subnet, env);
    const before = await identifyLinks(lab, range);
    expect(before).toContain('"host"');
    expect(await ensureSwitch(lab.provider.stateDirectory, undefined, env)).toEqual(range);
    expect(await identifyLinks(lab, range)).toBe(before);
  });
});

test('a range that another state directory has taken is rejected, and stays with it', async ({
  lab,
  env,
  subnet,
}) => {
  await using other = await openNetnsLab();
  const range = await ensureSwitch(lab.provider.stateDirectory, subnet, env);
  await lab.onHost(`ip link delete ${hostLink(range)}; ip netns delete ${switchOf(lab)}`);
  expect(await ensureSwitch(other.provider.stateDirectory, formatRange(range), env)).toEqual(range);

  await expect(ensureSwitch(lab.provider.stateDirectory, undefined, env)).rejects.toThrow(
    `address range ${formatRange(range)}: this host already routes`,
  );
  await lab.provider.cleanUp();
  const { stdout } = await other.onHost(`ip -o link show ${hostLink(range)}`);
  expect(stdout).toContain(macAddress(other.provider.stateDirectory, hostAddress(range)));
  expect(await pingThrough(other, range, env)).toMatchObject({ exitCode: 0 });
});

test('a machine is connected while the kernel still holds its earlier network', async ({
  lab,
  env,
  subnet,
}) => {
  const range = await ensureSwitch(lab.provider.stateDirectory, subnet, env);
  expect(await pingThrough(lab, range, env)).toMatchObject({ exitCode: 0 });
  const namespace = machineNamespace(lab.provider.stateDirectory, 'one');
  // A process keeps its namespace and the links in it alive, even without a name.
  const holder = await lab.onHost(
    `nsenter --net=/run/netns/${namespace} sleep 600 >/dev/null 2>&1 & holder=$!
    own=$(readlink /proc/self/ns/net)
    while [ "$(readlink /proc/$holder/ns/net)" = "$own" ]; do sleep 0.02; done
    echo $holder`,
  );
  onTestFinished(async () => {
    await lab.onHost(`kill ${holder.stdout}`);
  });
  await lab.onHost(`ip netns delete ${namespace}`);
  expect(await pingThrough(lab, range, env)).toMatchObject({ exitCode: 0 });
});

describe('in a network namespace of the user', () => {
  const space = `e2e-spec-${process.pid}`;
  const ensureIn = `nsenter --net=/run/netns/${space} node ${join(import.meta.dirname, 'ensure-switch.ts')}`;

  test('the switch works with another namespace’s /sys and a VPN with two default routes', async ({
    lab,
  }) => {
    await openSpace(lab);
    const first = await lab.onHost(`${ensureIn} ${lab.folder}`);
    expect(first, first.stderr).toMatchObject({ exitCode: 0, stdout: '192.168.99.0/24\n' });
    const look = `ip -n ${space} -json link show; ip -netns ${switchOf(lab)} -json link show`;
    const before = await lab.onHost(look);
    expect(await lab.onHost(`${ensureIn} ${lab.folder}`)).toMatchObject({ exitCode: 0 });
    expect((await lab.onHost(look)).stdout).toBe(before.stdout);
  });

  test('without cgroups, no machine is begun, and the error names the mount', async ({ lab }) => {
    await openSpace(lab);
    const { exitCode, stderr } = await lab.onHost(
      `MACHINE_STORAGE_PATH=${lab.folder} ip netns exec ${space} ${netnsMachine} create one`,
    );
    expect(stderr.split('\n')[0]).toBe(
      'Error creating machine: cgroups of this host: no hierarchy is mounted. Mount them: "mount -t cgroup2 cgroup2 /sys/fs/cgroup".',
    );
    expect(exitCode).toBe(1);
    expect(lab.remains()).toEqual([]);
  });

  async function openSpace(lab: NetnsLab): Promise<void> {
    onTestFinished(async () => {
      await lab.onHost(`ip netns delete ${space}`);
    });
    const made = await lab.onHost(`set -e; ip netns add ${space}; cd /
      ip -n ${space} link add vpn type veth peer name server
      ip -n ${space} address add 10.1.1.1/24 dev vpn; ip -n ${space} link set vpn up
      for half in 0.0.0.0/1 128.0.0.0/1; do ip -n ${space} route add $half via 10.1.1.2; done`);
    expect(made, made.stderr).toMatchObject({ exitCode: 0 });
  }
});

test('a state directory with two paths is one state directory', async ({ lab }) => {
  const link = `${lab.folder}-by-link`;
  await lab.onHost(`ln -s ${lab.folder} ${link}`);
  onTestFinished(() => rm(link, { force: true }));
  await lab.onHost(`mkdir -p ${lab.folder}`);
  expect(openStore(link).id).toBe(openStore(lab.folder).id);
  expect(openStore(join(link, 'deeper')).id).not.toBe(openStore(lab.folder).id);
});

/** Connects a machine's link as the first time, and pings it from the host. */
async function pingThrough(
  lab: NetnsLab,
  range: AddressRange,
  env: Readonly<Record<string, string>>,
) {
  const store = lab.provider.stateDirectory;
  const address = hostAddress(range).replace(/1$/, '100');
  const config = makeConfig(store, {
    name: 'one',
    address,
    mac: macAddress(store, address),
    engine: '',
    memory: 0,
    cpus: 0,
    egress: false,
    tlsSans: [],
    engineOptions: {},
    swarmOptions: {},
  });
  await connectLink(store, config, range, env);
  return await lab.onHost(`ping -n -c 1 -w 30 ${address}`);
}

/** Returns the identity of the links, without their state, which the kernel updates with up to a second of delay. */
async function identifyLinks(lab: NetnsLab, range: AddressRange): Promise<string> {
  const links = await lab.onHost(`ip -netns ${switchOf(lab)} -json link show`);
  const address = await lab.onHost(`ip -o address show ${hostLink(range)}`);
  const all = JSON.parse(links.stdout) as Record<string, unknown>[];
  const own = all.map(({ ifindex, ifname, address: mac, master }) => [
    ifindex,
    ifname,
    mac,
    master,
  ]);
  return `${JSON.stringify(own)}\n${address.stdout}`;
}

function switchOf({ provider }: NetnsLab): string {
  return switchNamespace(provider.stateDirectory);
}
