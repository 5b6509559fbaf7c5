import { connectEngine } from '../../docker/engine.ts';
import type { EngineInfo } from '../../docker/info.ts';
import { advertisedBy, requireTls } from '../../docker/endpoints/require-tls.ts';
import type { Machine } from '../../machine/machine.ts';
import { allSettled, HarnessError } from '../../process/errors/harness-error.ts';
import type { KeyValueStore } from './stores/key-value-store.ts';

interface Judged {
  readonly machine: Machine;
  /** The engine's own description. */
  readonly info: EngineInfo;
}

/**
 * Throws if waiting cannot help: an engine lacks the key-value store or its own address, or machines share a hostname.
 * Each problem is an error that names the machine.
 */
export async function requireClusterEngines(
  store: Pick<KeyValueStore, 'url'>,
  machines: readonly Machine[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const described = await allSettled(
    'cluster: query its engines',
    machines.map(async (machine) => {
      using engine = connectEngine(machine);
      return { machine, info: await engine.info({ signal, quiet: true }) };
    }),
  );
  const defects = [
    ...described.flatMap((one) => findOptionDefect(store.url, one) ?? []),
    ...findSharedHostnames(described),
  ];
  await allSettled(
    'cluster: its engines',
    defects.map(async (defect) => await Promise.reject(defect)),
  );
}

/**
 * Returns the error in the options with which an engine joins the cluster of a key-value store; undefined if they are
 * correct.
 */
export function findOptionDefect(url: string, { machine, info }: Judged): HarnessError | undefined {
  const { clusterStore, clusterAdvertise } = info;
  const { name, address } = machine;
  const advertised = advertisedBy(machine);
  const defect = (observed: string, ...options: readonly string[]) =>
    new HarnessError({
      code: 'engine-unsuitable',
      tried: `${name}: join the cluster of ${url}`,
      observed,
      hint: `set the engine option ${options.join(' and ')} (docker-machine create --engine-opt)`,
    });
  const store = `cluster-store=${url}`;
  const advertise = `cluster-advertise=INTERFACE:${requireTls(machine).port} with the interface of ${address}`;
  if (clusterStore === undefined) {
    return defect('its engine runs without cluster-store and cluster-advertise', store, advertise);
  }
  if (clusterStore !== url)
    return defect(`its engine uses the key-value store ${clusterStore}`, store);
  if (clusterAdvertise === undefined) {
    return defect(
      'its engine runs without cluster-advertise: it knows the networks, but no other engine finds it',
      advertise,
    );
  }
  if (clusterAdvertise === advertised) return undefined;
  return defect(
    `its engine advertises ${clusterAdvertise}, but its address is ${advertised}`,
    advertise,
  );
}

/**
 * Returns an error for each hostname that several engines share. The gossip of these engines stops when they discover
 * each other, although their API shows no error.
 */
function findSharedHostnames(all: readonly Judged[]): HarnessError[] {
  return [...Map.groupBy(all, ({ info }) => info.name)].flatMap(([hostname, sharing]) => {
    if (sharing.length < 2) return [];
    const names = sharing.map(({ machine }) => machine.name);
    const others = names.filter((name) => name !== hostname);
    return new HarnessError({
      code: 'engine-unsuitable',
      tried: `${names.join(' and ')}: join one cluster`,
      observed: `they share the hostname ${hostname}, but a key-value cluster identifies its members by hostname`,
      hint: `give ${others.join(' and ')} a different hostname (hostnamectl set-hostname), and restart the engines of ${names.join(' and ')}`,
    });
  });
}
