import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test as base, describe, expect, onTestFinished } from 'vitest';
import { formatRange } from '../../helpers/process/address-range.ts';
import { hostAddress } from '../../helpers/netns/network/machine-addresses.ts';
import { switchNamespace } from '../../helpers/netns/state/names.ts';
import { hostLink, readStoreRange } from '../../helpers/netns/network/switch.ts';
import { allSettled } from '../../helpers/process/errors/harness-error.ts';
import { type NetnsLab, openNetnsLab } from './netns-lab.ts';
import { askFor, openOutside } from './outside.ts';

const test = base
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  .extend('labs', { scope: 'file' }, async ({}, { onCleanup }) => {
    const labs = [await openNetnsLab(), await openNetnsLab()] as const;
    onCleanup(async () => {
      await allSettled(
        'clean up',
        labs.map((lab) => lab[Symbol.asyncDispose]()),
      );
    });
    return { here: labs[0], there: labs[1] };
  })
  .extend('machines', { scope: 'file' }, async ({ labs: { here, there } }) => {
    const [shut, open, far] = await allSettled('create', [
      here.provider.create({ name: 'shut' }),
      here.provider.create({ name: 'open', egress: true }),
      there.provider.create({ name: 'far' }),
    ]);
    if (shut === undefined || open === undefined || far === undefined)
      throw new Error('one is missing');
    return { shut, open, far };
  })
  .extend('outside', { scope: 'file' }, async ({ labs: { here } }, { onCleanup }) => {
    const outside = await openOutside(here);
    onCleanup(() => outside[Symbol.asyncDispose]());
    return outside;
  });

describe('the network of a state directory', () => {
  test('is a bridge in its own namespace, and one link with one address on the host', async ({
    labs: { here },
    machines: { shut },
  }) => {
    const range = rangeOf(here);
    const { stdout } = await here.onHost(`ip -json address show ${hostLink(range)}`);
    const [link] = JSON.parse(stdout) as { addr_info: { local: string; prefixlen: number }[] }[];
    expect(link?.addr_info.map(({ local, prefixlen }) => `${local}/${prefixlen}`)).toEqual([
      `${hostAddress(range)}/24`,
    ]);
    const namespace = switchNamespace(here.provider.stateDirectory);
    // By its MAC address, because the host may have a bridge with the same name.
    const bridges = '-json link show type bridge';
    const { stdout: inside } = await here.onHost(`ip -netns ${namespace} ${bridges}`);
    const [bridge] = JSON.parse(inside) as { ifname: string; address: string }[];
    expect(bridge).toMatchObject({ ifname: 'br0', address: expect.stringMatching(/^02:/) });
    expect((await here.onHost(`ip ${bridges}`)).stdout).not.toContain(bridge?.address);
    const inSwitch = await here.onHost(`ip -netns ${namespace} -json link show master br0`);
    const ports = JSON.parse(inSwitch.stdout);
    const port = `m${shut.address.split('.').slice(2).join('.')}`;
    expect(ports).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ ifname: 'host', operstate: 'UP' }),
        expect.objectContaining({ ifname: port, operstate: 'UP' }),
      ]),
    );
  });

  test('connects its machines and the host with full-size frames', async ({
    labs: { here },
    machines: { shut, open },
  }) => {
    const whole = 'ping -n -c 1 -w 30 -M do -s 1472';
    for (const target of [open.address, hostAddress(rangeOf(here))]) {
      expect(await here.inside(shut.name, `${whole} ${target}`)).toMatchObject({ exitCode: 0 });
    }
    expect(await here.onHost(`${whole} ${shut.address}`)).toMatchObject({ exitCode: 0 });
  });

  test('has another range than other state directories', ({ labs: { here, there }, machines }) => {
    const [one, other] = [rangeOf(here), rangeOf(there)];
    expect(formatRange(one)).not.toBe(formatRange(other));
    expect(machines.shut.address.split('.').slice(0, 3)).not.toEqual(
      machines.far.address.split('.').slice(0, 3),
    );
  });
});

describe('a machine without egress', () => {
  test('has routes only to its own network and that of its engine', async ({
    labs: { here },
    machines,
  }) => {
    const { stdout } = await here.inside(machines.shut.name, 'ip -4 route; ip -6 route');
    const routes = stdout.trim().split('\n');
    expect(routes.filter((route) => !route.startsWith('fe80:'))).toEqual(
      // The engine chooses the range of its bridge.
      expect.arrayContaining([
        expect.stringMatching(/^[\d.]+\/\d+ dev docker0 /),
        expect.stringContaining(`${formatRange(rangeOf(here))} dev eth1 `),
      ]),
    );
    expect(routes.filter((route) => !/^fe80:| dev (?:docker0|eth1) /.test(route))).toEqual([]);
    expect(stdout).not.toMatch(/^default|\bvia\b/m);
  });

  test('reaches neither other addresses of the host nor hosts behind it', async ({
    labs: { here },
    machines,
    outside,
  }) => {
    for (const target of [outside.beyond, outside.behind]) {
      const tried = await here.inside(machines.shut.name, ping(target));
      expect(tried.stderr).toMatch(/unreachable/i);
      expect(tried.exitCode).not.toBe(0);
    }
  });

  test('gets nothing forwarded by the host, even with its own route', async ({
    labs: { here },
    machines,
    outside,
  }) => {
    await useRoutes(here, machines.shut.name, [outside.range]);
    const range = rangeOf(here);
    const forwarding = `/proc/sys/net/ipv4/conf/${hostLink(range)}/forwarding`;
    expect(readFileSync(forwarding, 'utf8').trim()).toBe('0');
    // The route back exists, so that an answer would arrive.
    const back = `ip -netns ${outside.behindName} route add ${formatRange(range)} via ${outside.beyond}`;
    onTestFinished(async () => {
      await here.onHost(`ip -netns ${outside.behindName} route delete ${formatRange(range)}`);
    });
    expect(await here.onHost(back)).toMatchObject({ exitCode: 0 });
    const tried = await here.inside(machines.shut.name, ping(outside.behind));
    expect(tried.stdout).toMatch(/, 100% packet loss/);
  });

  test('reaches no machine of another state directory, even with routes on both sides', async ({
    labs: { here, there },
    machines: { shut, far },
  }) => {
    await useRoutes(here, shut.name, [formatRange(rangeOf(there))]);
    await useRoutes(there, far.name, [formatRange(rangeOf(here))]);
    const before = await Promise.all([received(here, shut.name), received(there, far.name)]);
    const [out, back] = await Promise.all([
      here.inside(shut.name, ping(far.address)),
      there.inside(far.name, ping(shut.address)),
    ]);
    expect(out.stdout).toMatch(/, 100% packet loss/);
    expect(back.stdout).toMatch(/, 100% packet loss/);
    expect(await Promise.all([received(here, shut.name), received(there, far.name)])).toEqual(
      before,
    );
  });
});

describe('a machine with egress', () => {
  test('reaches the same addresses as the host, by its programs and names', async ({
    labs: { here },
    machines,
    outside,
  }) => {
    const answer = await here.provider.run(machines.open.name, askFor(outside), { expect: 'any' });
    expect(answer, answer.stderr).toMatchObject({ exitCode: 0 });
    expect(answer.stdout).toContain('hello from beyond\n');
    const { stdout } = await here.inside(machines.open.name, 'cat /etc/resolv.conf');
    expect(stdout).toMatch(/^nameserver \d+\.\d+\.\d+\.3\n$/);
  });

  test('keeps its egress after a clean-up and a restart', async ({
    labs: { here },
    machines,
    outside,
  }) => {
    const ask = `exec 3<>/dev/tcp/${outside.beyond}/${outside.port}`;
    const tryIt = async () =>
      await here.provider.run(machines.open.name, ['bash', '-c', ask], { expect: 'any' });
    await here.provider.cleanUp();
    expect(await tryIt()).toMatchObject({ exitCode: 0 });
    await here.provider.kill(machines.open.name);
    await here.provider.start(machines.open.name);
    expect(await tryIt()).toMatchObject({ exitCode: 0 });
  });

  test('does not reach services that listen only on the host’s loopback', async ({
    labs: { here },
    machines,
  }) => {
    let connections = 0;
    const server = createServer((_request, response) => response.end('hello'));
    server.on('connection', () => (connections += 1)).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}`, { headers: { connection: 'close' } });
    expect(await answer.text()).toBe('hello');
    expect(connections).toBe(1);
    // The addresses of slirp in the machine: its gateway, which can stand for the host's loopback, and its name server.
    const { stdout } = await here.inside(machines.open.name, 'cat /etc/resolv.conf');
    const nameServer = /^nameserver ([\d.]+)$/m.exec(stdout)?.[1] ?? '';
    const gateway = nameServer.replace(/\d+$/, '2');
    for (const address of [gateway, nameServer]) {
      const ask = ['bash', '-c', `exec 3<>/dev/tcp/${address}/${port}`] as const;
      const tried = await here.provider.run(machines.open.name, ask, {
        expect: 'any',
        limit: 60_000,
      });
      expect(tried.stderr).toMatch(
        /connect: (?:Network is unreachable|Connection (?:refused|timed out))/,
      );
    }
    expect(connections).toBe(1);
  });
});

describe('a requested range', () => {
  test('is rejected if the host routes it, with the interface, and nothing remains', async ({
    labs: { here },
    machines,
  }) => {
    expect(machines.shut.state).toBe('Running');
    await using third = await openNetnsLab();
    const range = rangeOf(here);
    await expect(
      third.provider.create({ name: 'never', subnet: formatRange(range) }),
    ).rejects.toThrow(
      `address range ${formatRange(range)}: this host already routes ${formatRange(range)} through ${hostLink(range)}. Set E2E_SUBNET to another range, or unset it to use a free one.`,
    );
    expect(third.remains()).toEqual([]);
    expect(await third.provider.list()).toEqual([]);
  });

  test('must be that of the state directory while it has machines', async ({
    labs: { here },
    machines,
  }) => {
    expect(machines.shut.state).toBe('Running');
    await expect(here.provider.create({ name: 'never', subnet: '10.213.1.0/24' })).rejects.toThrow(
      `use ${formatRange(rangeOf(here))}. Set MACHINE_STORAGE_PATH to another state directory`,
    );
    expect((await here.provider.list()).map(({ name }) => name)).toEqual(['open', 'shut']);
    expect(readdirSync(`${here.folder}/machines`).sort((a, b) => a.localeCompare(b))).toEqual([
      'open',
      'shut',
    ]);
  });
});

function rangeOf({ provider }: NetnsLab) {
  const range = readStoreRange(provider.stateDirectory);
  if (range === undefined) throw new Error('the state directory has no range');
  return range;
}

function ping(target: string): string {
  return `ping -n -c 3 -i 0.2 -W 1 ${target}`;
}

/** Adds routes to the host until the end of the test. */
async function useRoutes(
  lab: NetnsLab,
  machine: string,
  targets: readonly string[],
): Promise<void> {
  const via = hostAddress(rangeOf(lab));
  for (const target of targets) {
    const added = await lab.inside(machine, `ip route add ${target} via ${via}`);
    expect(added, added.stderr).toMatchObject({ exitCode: 0 });
    onTestFinished(async () => {
      await lab.inside(machine, `ip route delete ${target}`);
    });
  }
}

/** Returns the number of received echo requests. */
async function received(lab: NetnsLab, machine: string): Promise<string> {
  const { stdout } = await lab.inside(machine, 'nstat -asz IcmpInEchos | tail -1');
  expect(stdout).toMatch(/^IcmpInEchos +\d+/);
  return stdout;
}
