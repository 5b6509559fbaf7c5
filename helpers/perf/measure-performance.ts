import { clusterKindOf, type ClusterPlan } from '../cluster/cluster-plan.ts';
import { isListening } from '../check/observe/application/listening.ts';
import type { Container } from '../docker/containers/container.ts';
import { scaleLimit } from '../docker/endpoints/scale-limit.ts';
import { connectEngine } from '../docker/engine.ts';
import type { MachineProvider } from '../machine/machine.ts';
import { tryKernel } from '../machine/try-kernel.ts';
import { activity } from '../process/activity.ts';
import { allSettled, HarnessError, hasCode } from '../process/errors/harness-error.ts';
import { done, notYet, waitFor } from '../process/waits/wait-for.ts';
import { prepareOwnImage } from '../workload/images/own-image.ts';
import {
  ports,
  type Purpose,
  type OpenPath,
  openOverlay,
  openService,
  openUnderlay,
  provideTools,
  type Ends,
} from './places.ts';
import {
  combineRuns,
  findSlowPaths,
  type PerfResult,
  type Sample,
  type SampledPath,
} from './perf-result.ts';
import { readPercentiles, readTcpThroughput, readUdpThroughput } from './read-tools.ts';
import { responseCommand } from './response-times.ts';

/** The running topology to measure. */
export interface PerfTarget {
  readonly topology: string;
  readonly provider: MachineProvider;
  readonly cluster: ClusterPlan;
  /** The names of the hosts to measure between. */
  readonly from: string;
  readonly to: string;
  /** The names of the overlay networks. */
  readonly networks: readonly string[];
}

export interface PerfOptions {
  /** The number of measurements of each path. Default: 3. */
  readonly runs?: number;
  /** Seconds of each measurement. Default: 2. */
  readonly seconds?: number;
  /** Mbit/s that the UDP test sends. Default: 100. */
  readonly udp?: number;
  readonly signal?: AbortSignal;
}

/** Debian's packages with the programs. */
const PACKAGES = ['iperf3', 'perl-base'];

/**
 * Measures the throughput and the response times between two hosts: outside of the overlay, through it, and through a
 * service where the cluster has them. Each run measures all paths, so that other work on the computer changes the paths
 * alike. All containers are removed at the end.
 */
export async function measurePerformance(
  { topology, provider, cluster, from, to, networks }: PerfTarget,
  { runs = 3, seconds = 2, udp = 100, signal = new AbortController().signal }: PerfOptions = {},
): Promise<PerfResult> {
  const machines = await Promise.all([from, to].map((name) => provider.inspect(name)));
  const [sending, receiving] = machines.map(connectEngine);
  if (sending === undefined || receiving === undefined) throw new Error('two hosts are needed');
  const image = await prepareOwnImage('perf', { debian: PACKAGES });
  const removals: (() => Promise<void>)[] = [];
  const ends: Ends = {
    from: sending,
    to: receiving,
    image,
    signal,
    onEnd: (remove) => removals.push(remove),
  };
  const at = new Date().toISOString();
  const skipped: PerfResult['skipped'][number][] = [];
  try {
    const open = await activity('stage', `open paths from ${from} to ${to}`, async () => {
      await allSettled('load the tools', [
        provideTools(ends, sending),
        provideTools(ends, receiving),
      ]);
      const underlay = await openUnderlay(ends);
      const overlays: OpenPath[] = [];
      for (const name of networks) {
        const { options } = await sending.networks
          .inspect(name, { signal })
          .catch(async (error: unknown) => {
            // A worker of a swarm knows a network only when it has a container on it.
            if (!hasCode(error, 'network-unknown')) throw error;
            const manager = clusterKindOf(cluster).serviceManagerOf(cluster) ?? from;
            using engine = connectEngine(await provider.inspect(manager));
            return await engine.networks.inspect(name, { signal });
          });
        overlays.push(await openOverlay(ends, { name, isEncrypted: 'encrypted' in options }));
      }
      const [first] = overlays;
      const managerName = clusterKindOf(cluster).serviceManagerOf(cluster);
      const because =
        managerName === undefined
          ? 'only clusters in swarm mode have services'
          : await findObstacle(provider, [from, to]);
      if (because !== undefined || first === undefined || managerName === undefined) {
        const reason = because ?? 'no overlay network';
        skipped.push({ kind: 'vip', because: reason }, { kind: 'mesh', because: reason });
        return [underlay, ...overlays];
      }
      const manager = connectEngine(await provider.inspect(managerName));
      return [underlay, ...overlays, ...(await openService(ends, manager, first, underlay))];
    });
    const samples = new Map(open.map((path) => [path, [] as Sample[]]));
    for (let turn = 1; turn <= runs; turn += 1) {
      for (const path of open) {
        const title = `run ${turn} of ${runs}: ${path.kind}${path.network === undefined ? '' : ` ${path.network}`}`;
        const sample = await activity('stage', title, () =>
          takeSample(path, { seconds, udp, signal }),
        );
        samples.get(path)?.push(sample);
      }
    }
    const sampled = open.map(
      (path): SampledPath => ({
        kind: path.kind,
        ...(path.network === undefined ? {} : { network: path.network }),
        samples: samples.get(path) ?? [],
      }),
    );
    const paths = combineRuns(sampled);
    return {
      topology,
      from,
      to,
      at,
      runs,
      seconds,
      paths,
      skipped,
      findings: findSlowPaths({ from, to, paths }),
    };
  } finally {
    await allSettled(
      'remove the containers of the measurement',
      removals.toReversed().map((remove) => remove()),
    );
    for (const engine of [sending, receiving]) engine.close();
  }
}

/** Returns the reason why services with a virtual address do not work on these machines. */
async function findObstacle(
  provider: MachineProvider,
  names: readonly string[],
): Promise<string | undefined> {
  for (const name of names) {
    const answer = await tryKernel(provider, name, 'ipvs');
    if (!answer.can) return answer.reason;
  }
  return undefined;
}

interface SampleOptions {
  readonly seconds: number;
  readonly udp: number;
  readonly signal: AbortSignal;
}

async function takeSample(
  path: OpenPath,
  { seconds, udp, signal }: SampleOptions,
): Promise<Sample> {
  const { sender, receiver, address } = path;
  const limit = scaleLimit(seconds * 1000 + 60_000, [sender.machine]);
  const what = `${sender.machine.name} → ${address}`;
  const run = async (name: string, argv: readonly [string, ...string[]]) => {
    const tried = `${name} ${what}`;
    const { exitCode, stdout, stderr } = await sender.exec(argv, { limit, signal });
    if (exitCode === 0) return stdout;
    // iperf3 says why in its JSON.
    throw new HarnessError({
      code: 'command-failed',
      tried,
      observed:
        /"error":\s*"([^"]*)"/.exec(stdout)?.[1] ?? (stderr.trim() || `exit code ${exitCode}`),
      hint: 'check the path with "overlay-e2e check"',
      evidence: `${stdout}${stderr}`.slice(-4000),
    });
  };
  const iperf = (purpose: Purpose, ...more: string[]) =>
    [
      'iperf3',
      '--client',
      address,
      '--port',
      `${path.ports[purpose]}`,
      '--json',
      '--time',
      `${seconds}`,
      '--connect-timeout',
      '10000',
      ...more,
    ] as const;
  await waitUntilServing(path, { limit, signal });
  const tcp1 = readTcpThroughput(
    `TCP ${what}`,
    await run('TCP, 1 stream:', iperf('tcp1')),
    seconds,
  );
  const tcp8 = readTcpThroughput(
    `TCP ${what}`,
    await run('TCP, 8 streams:', iperf('tcp8', '--parallel', '8')),
    seconds,
  );
  const datagrams = readUdpThroughput(
    `UDP ${what}`,
    await run('UDP:', iperf('udp', '--udp', '--bitrate', `${udp}M`)),
  );
  const where = { address, port: path.ports.responses, seconds };
  const rr = readPercentiles(what, await run('responses:', responseCommand('rr', where)));
  const crr = readPercentiles(
    what,
    await run('connections and responses:', responseCommand('crr', where)),
  );
  return {
    tcp1: tcp1.rate,
    tcp8: tcp8.rate,
    udp: datagrams.rate,
    udpLoss: datagrams.loss,
    rrP50: rr.p50,
    rrP90: rr.p90,
    rrP99: rr.p99,
    rrP999: rr.p999,
    crrP50: crr.p50,
    crrP90: crr.p90,
    crrP99: crr.p99,
    crrP999: crr.p999,
    cpuSender: tcp1.cpuSender,
    cpuReceiver: tcp1.cpuReceiver,
    memorySender: await readMemory(sender, signal),
    memoryReceiver: await readMemory(receiver, signal),
  };
}

/** Waits until both servers of a path listen, and one of them answers through the path. */
async function waitUntilServing(
  { sender, receiver, address, ports: through, kind }: OpenPath,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<void> {
  // iperf3 takes a connection for the beginning of a test, so its port is only looked up.
  const knock = ['busybox', 'nc', '-w', '2', address, `${through.responses}`] as const;
  await waitFor(
    `${kind}: ${address} accepts connections`,
    async () => {
      const { stdout } = await receiver.exec(['cat', '/proc/net/tcp', '/proc/net/tcp6'], {
        signal,
      });
      const silent = Object.values(ports).filter((port) => !isListening([stdout], port));
      if (silent.length > 0) return notYet(`nothing listens on ${silent.join(', ')}`);
      const { exitCode, stderr } = await sender.exec(knock, { input: '', signal });
      return exitCode === 0 ? done(undefined) : notYet(stderr.trim() || `exit code ${exitCode}`);
    },
    { limit, signal, hint: 'check the path with "overlay-e2e check"' },
  );
}

/** Returns the MiB that a container has used at most; 0 if its cgroup does not show it. */
async function readMemory(container: Container, signal: AbortSignal): Promise<number> {
  const files = ['memory/memory.max_usage_in_bytes', 'memory.peak', 'memory.current'];
  const script = files.map((file) => `cat /sys/fs/cgroup/${file}`).join(' || ');
  const { stdout } = await container.exec(['sh', '-c', script], { signal });
  const bytes = Number.parseInt(stdout, 10);
  return Number.isNaN(bytes) ? 0 : Math.round((bytes / 2 ** 20) * 10) / 10;
}
