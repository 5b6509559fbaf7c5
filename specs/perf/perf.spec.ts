import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, onTestFinished } from 'vitest';
import { connectEngine } from '../../helpers/docker/engine.ts';
import { createNetnsProvider, type NetnsProvider } from '../../helpers/machine/netns/provider.ts';
import type { PathKind, PerfResult } from '../../helpers/perf/perf-result.ts';
import { expect } from '../../helpers/spec/expect.ts';
import type { Topology } from '../../helpers/topology/topology.ts';
import { type Lab, test } from '../topology/lab.ts';

/** The smallest measurement: its values spread, but each is there. */
const short = ['--runs', '2', '--seconds', '1', '--json'];

async function measure(lab: Lab, exitCode = 0): Promise<PerfResult> {
  const perf = await lab.run('perf', ...short);
  expect(perf.exitCode, perf.stderr).toBe(exitCode);
  return JSON.parse(perf.stdout) as PerfResult;
}

function kindsOf({ paths }: PerfResult): PathKind[] {
  return paths.map(({ kind }) => kind);
}

/** Limits the rate of the packets that a host sends into an overlay network, after the VXLAN device has taken them. */
async function limitOverlay(provider: NetnsProvider, host: string, rate: string): Promise<void> {
  const limit = `for net in /run/docker/netns/[0-9]*-*; do nsenter --net=$net tc qdisc add dev vxlan0 root tbf rate ${rate} burst 32kb latency 100ms || exit; done`;
  await provider.run(host, ['sh', '-c', limit]);
}

async function countContainers(provider: NetnsProvider, hosts: readonly string[]): Promise<number> {
  const counts = hosts.map(async (name) => {
    using engine = connectEngine(await provider.inspect(name));
    return (await engine.containers.list()).length;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

describe('overlay-e2e perf', () => {
  test('measures the overlay against the hosts, and toKeep fails when the overlay is slow', async ({
    lab,
  }) => {
    const folder = await mkdtemp(join(tmpdir(), 'perf-spec-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const provider = createNetnsProvider({ store: lab.store });
    const up = await lab.run('up', '--until', 'network');
    expect(up.exitCode, up.stderr).toBe(0);

    const svg = join(folder, 'perf.svg');
    // Runs: npx overlay-e2e perf
    const perf = await lab.run('perf', ...short, '--svg', svg);
    expect(perf.exitCode, perf.stderr).toBe(0);
    const healthy = JSON.parse(perf.stdout) as PerfResult;
    expect(kindsOf(healthy)).toEqual(['underlay', 'overlay']);
    expect(healthy).toMatchObject({ from: 'master-host', to: 'worker-host', findings: [] });
    expect(healthy.skipped.map(({ kind }) => kind)).toEqual(['vip', 'mesh']);
    for (const { measures } of healthy.paths) {
      const { tcp1, tcp8, udp, rrP50, crrP50, memorySender, memoryReceiver } = measures;
      for (const { each, lowest } of [tcp1, tcp8, udp, rrP50, crrP50]) {
        expect(each).toHaveLength(2);
        expect(lowest).toBeGreaterThan(0);
      }
      expect(memorySender.median).toBeGreaterThan(0);
      expect(memoryReceiver.median).toBeGreaterThan(0);
    }
    // The ratios are far from 0 on any computer; a busy one disturbs both paths.
    expect(healthy).toKeep({ throughput: 0.02 });
    expect(await readFile(svg, 'utf8')).toContain('overlay my-net');
    expect(await countContainers(provider, ['master-host', 'worker-host'])).toBe(0);

    // Held open by a container: the engine removes the namespace of a network without one.
    using engine = connectEngine(await provider.inspect('master-host'));
    const tags = (await engine.images.list()).flatMap((one) => one.tags);
    const holder = await engine.containers.run({
      image: tags.find((tag) => tag.includes('iperf3')) ?? '',
      network: 'my-net',
      command: ['sleep', '600'],
    });
    await limitOverlay(provider, 'master-host', '8mbit');
    const slow = await measure(lab, 1);
    expect(slow.findings).toMatchObject([{ code: 'overlay-slow', path: 'overlay my-net' }]);
    expect(() => expect(slow).toKeep({ throughput: 0.02 })).toThrow(
      /overlay my-net: the throughput of 1 TCP stream is 0\.0\d of that between the hosts/,
    );
    await holder.remove();
  });

  test('finds that a limit for packets per second makes the overlay slow', async ({ lab }) => {
    const provider = createNetnsProvider({ store: lab.store });
    const up = await lab.run('up', '--until', 'network');
    expect(up.exitCode, up.stderr).toBe(0);
    // A firewall of the receiving host that protects it from floods.
    const tunnel = ['INPUT', '-p', 'udp', '--dport', '4789'];
    const within = ['-m', 'limit', '--limit', '300/second', '--limit-burst', '100'];
    for (const rule of [
      [...tunnel, '-j', 'DROP'],
      [...tunnel, ...within, '-j', 'ACCEPT'],
    ]) {
      await provider.run('worker-host', ['iptables', '-I', ...rule]);
    }
    const slow = await lab.run('perf', '--runs', '2', '--seconds', '1');
    expect(slow.exitCode, slow.stderr).toBe(1);
    expect(slow.stdout, slow.stderr).toMatch(
      / 1 {2}overlay-slow · master-host → worker-host, network my-net\n {4}overlay my-net: (?:TCP has|a request takes) /,
    );
    expect(slow.stdout).toContain('docs/diagnoses/overlay-slow.md');
  });

  test('measures encryption, virtual addresses and the routing mesh where the kernel has them', async ({
    lab,
  }) => {
    const folder = await mkdtemp(join(tmpdir(), 'perf-spec-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'whole.json');
    const network = { driver: 'overlay', createdOn: 'one' } as const;
    const whole: Topology = {
      name: 'whole',
      cluster: { kind: 'swarm-mode', manager: 'one' },
      engineBundle: '26.1.5',
      needs: ['ipvs', 'esp'],
      machines: [{ name: 'one' }, { name: 'two' }],
      networks: [
        { ...network, name: 'open', subnet: '10.20.0.0/24' },
        { ...network, name: 'safe', subnet: '10.21.0.0/24', encrypted: true },
      ],
      perHost: { network: 'open', containers: 1 },
    };
    await writeFile(file, JSON.stringify(whole));
    const up = await lab.run('up', file, '--until', 'network');
    expect(up.exitCode, up.stderr).toBe(0);
    const result = await measure(lab);
    expect(kindsOf(result)).toEqual(['underlay', 'overlay', 'encrypted', 'vip', 'mesh']);
    expect(result.skipped).toEqual([]);
    for (const { measures } of result.paths) expect(measures.tcp1.lowest).toBeGreaterThan(0);
    const provider = createNetnsProvider({ store: lab.store });
    expect(await countContainers(provider, ['one', 'two'])).toBe(0);
  });
});
