import { connectEngine } from '../../docker/engine.ts';
import type { EngineInfo } from '../../docker/info.ts';
import { advertisedBy, requireTls } from '../../docker/endpoints/require-tls.ts';
import type { Machine } from '../../machine/machine.ts';
import { allSettled, HarnessError } from '../../process/errors/harness-error.ts';
import type { KeyValueStore } from './key-value-store.ts';

interface Judged {
  readonly machine: Machine;
  /** What its engine says. */
  readonly info: EngineInfo;
}

/**
 * Throws what no waiting mends: an engine that was not told of the store, or not how the others find it, and machines
 * that share a hostname. Each is an error of its own that names the machine.
 */
export async function requireClusterEngines(
  store: Pick<KeyValueStore, 'url'>,
  machines: readonly Machine[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const judged = await allSettled(
    'cluster: ask its engines',
    machines.map(async (machine) => {
      using engine = connectEngine(machine);
      return { machine, info: await engine.info({ signal, quiet: true }) };
    }),
  );
  const defects = [
    ...judged.flatMap((one) => findOptionDefect(store.url, one) ?? []),
    ...findSharedHostnames(judged),
  ];
  await allSettled(
    'cluster: its engines',
    defects.map(async (defect) => await Promise.reject(defect)),
  );
}

/** What is wrong with the options that an engine was given to be in the cluster of that store. */
export function findOptionDefect(url: string, { machine, info }: Judged): HarnessError | undefined {
  const { clusterStore, clusterAdvertise } = info;
  const { name, address } = machine;
  const advertised = advertisedBy(machine);
  const defect = (observed: string, ...options: readonly string[]) =>
    new HarnessError({
      code: 'engine-unsuitable',
      tried: `${name}: be in the cluster of ${url}`,
      observed,
      remedy: `give it the engine option ${options.join(' and ')} (docker-machine create --engine-opt)`,
    });
  const store = `cluster-store=${url}`;
  const advertise = `cluster-advertise=INTERFACE:${requireTls(machine).port} with the interface of ${address}`;
  if (clusterStore === undefined) {
    return defect('its engine runs without cluster-store and cluster-advertise', store, advertise);
  }
  if (clusterStore !== url) return defect(`its engine has the store ${clusterStore}`, store);
  if (clusterAdvertise === undefined) {
    return defect(
      'its engine runs without cluster-advertise: it knows the networks, and no other engine ever finds it',
      advertise,
    );
  }
  if (clusterAdvertise === advertised) return undefined;
  return defect(
    `its engine tells the others to find it at ${clusterAdvertise}, and its address is ${advertised}`,
    advertise,
  );
}

/** Engines of one hostname: the gossip of all of them ends when they meet, though nothing that they say shows it. */
function findSharedHostnames(all: readonly Judged[]): HarnessError[] {
  return [...Map.groupBy(all, ({ info }) => info.name)].flatMap(([hostname, sharing]) => {
    if (sharing.length < 2) return [];
    const names = sharing.map(({ machine }) => machine.name);
    const others = names.filter((name) => name !== hostname);
    return new HarnessError({
      code: 'engine-unsuitable',
      tried: `${names.join(' and ')}: be members of one cluster`,
      observed: `they share the hostname ${hostname}, by which a key-value cluster tells its members apart`,
      remedy: `give ${others.join(' and ')} a hostname of its own (hostnamectl set-hostname), and restart the engines of ${names.join(' and ')}`,
    });
  });
}
