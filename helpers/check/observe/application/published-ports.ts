import { connect } from 'node:net';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { firstLine } from '../../../process/errors/harness-error.ts';
import { valueOf } from '../../model/observed.ts';
import type { TrialRequest } from '../../probe/packets.ts';
import type { PortAnswer } from '../../model/views/application-view.ts';
import { startNumbers } from '../paths/plan/trial-plan.ts';
import {
  type QueriedCluster,
  privilegedProbeOn,
  probeOn,
  type ObservationContext,
} from '../observation-context.ts';
import type { QueriedHost } from '../../model/observation.ts';
import { isListening } from './listening.ts';

/** A port to connect to. */
interface PublishedPort {
  readonly host: string;
  readonly container: string;
  readonly pid: number;
  readonly containerPort: string;
  readonly address: string;
  readonly port: number;
}

/** Milliseconds for a connection from here: the kernel sends its first word again after one second, and after three. */
const LIMIT = 4000;

/** Ports that are connected to at most, each from all other hosts and from here. */
const MOST_PORTS = 200;

/** Connects to the published TCP ports of containers, from all other hosts and from this machine. */
export async function connectToPorts(
  cluster: QueriedCluster,
  context: ObservationContext,
): Promise<PortAnswer[]> {
  const ports = cluster.hosts.flatMap(portsOf).slice(0, MOST_PORTS);
  if (ports.length === 0) return [];
  const [listening, here, there] = await Promise.all([
    Promise.all(ports.map(async (port) => await isListeningAt(port, context))),
    Promise.all(
      ports.filter((port) => isReachable(port.host, cluster, context)).map(connectFromHere),
    ),
    connectFromHosts(ports, cluster, context),
  ]);
  return [...here, ...there].map(({ at, from, error }): PortAnswer => {
    const { host, container, containerPort, address, port } = at;
    const where = { host, container, address: `${address}:${port}`, containerPort };
    return { ...where, from, error, isListening: listening[ports.indexOf(at)] };
  });
}

interface Connected {
  readonly at: PublishedPort;
  readonly from: string | undefined;
  readonly error: string | undefined;
}

function portsOf({ name: host, address, engine }: QueriedHost): PublishedPort[] {
  const containers = valueOf(engine)?.containers ?? [];
  if (address === undefined) return [];
  return containers
    .filter(({ running, status }) => running && status === 'running')
    .flatMap(({ name: container, pid, ports }) =>
      Object.entries(ports).flatMap(([containerPort, places]) => {
        const forAll = places.find((one) => one.address === '0.0.0.0' || one.address === address);
        if (forAll === undefined || !containerPort.endsWith('/tcp')) return [];
        return [{ host, container, pid, containerPort, address, port: forAll.port }];
      }),
    );
}

/** Returns true if this machine can reach the address of the host: its engine is there. */
function isReachable(
  name: string,
  { hosts }: QueriedCluster,
  { target }: ObservationContext,
): boolean {
  const address = hosts.find((host) => host.name === name)?.address;
  const endpoint = target.hosts.find((host) => host.name === name)?.engine.machine.endpoint;
  return (endpoint?.kind === 'tls' || endpoint?.kind === 'plain') && endpoint.host === address;
}

async function connectFromHere(at: PublishedPort): Promise<Connected> {
  const socket = connect({ host: at.address, port: at.port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(LIMIT) });
    return { at, from: undefined, error: undefined };
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'AbortError';
    return { at, from: undefined, error: isLate ? 'no connection' : firstLine(error) };
  } finally {
    socket.destroy();
  }
}

async function connectFromHosts(
  ports: readonly PublishedPort[],
  { hosts }: QueriedCluster,
  context: ObservationContext,
): Promise<Connected[]> {
  const number = startNumbers(randomBytes(4).toString('hex'));
  const all = await Promise.all(
    hosts.map(async ({ name }): Promise<Connected[]> => {
      const probe = probeOn(context, name);
      const others = ports.filter(({ host }) => host !== name);
      if ('missing' in probe || others.length === 0) return [];
      const questions = others.map(({ address: destination, port }): TrialRequest => {
        const common = { namespace: 'host', source: '0.0.0.0', size: 0 } as const;
        return { id: number(), protocol: 'connect', destination, port, ...common };
      });
      const results = await probe.value.packets.request(questions);
      return others.map((at, index) => {
        const result = results[index];
        const error = result?.answered === true ? undefined : (result?.error ?? 'no connection');
        return { at, from: name, error };
      });
    }),
  );
  return all.flat();
}

async function isListeningAt(
  { host, pid, containerPort }: PublishedPort,
  context: ObservationContext,
): Promise<boolean | undefined> {
  const probe = privilegedProbeOn(context, host);
  if ('missing' in probe) return undefined;
  const files = await probe.value.read([`/proc/${pid}/net/tcp`, `/proc/${pid}/net/tcp6`]);
  const texts = files.flatMap((file) => ('text' in file ? [file.text] : []));
  return texts.length === 0 ? undefined : isListening(texts, Number.parseInt(containerPort, 10));
}
