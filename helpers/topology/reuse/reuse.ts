import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import { connectEngine } from '../../docker/engine.ts';
import { requireTls } from '../../docker/endpoints/require-tls.ts';
import type { Machine, MachineProvider } from '../../machine/machine.ts';
import type { TlsEndpoint } from '../../docker/endpoints/endpoint.ts';
import { activity } from '../../process/activity.ts';
import { firstLine, HarnessError } from '../../process/errors/harness-error.ts';
import { loadDocument, type TopologyDocument } from '../document.ts';
import {
  findRunningDifferences,
  type RunningEngine,
  type RunningMachine,
} from './running-differences.ts';
import type { Stage, Topology } from '../topology.ts';

/**
 * Returns the topology that an earlier run left in the state directory, after checking that it matches the requested
 * one up to the requested stage. Returns undefined if there are no machines. Differences are a {@link HarnessError}
 * that names them in one line. Nothing is changed.
 */
export async function reuseTopology(
  topology: Topology,
  provider: MachineProvider,
  until: Stage,
): Promise<TopologyDocument | undefined> {
  return await activity('stage', `reuse ${topology.name}`, async () => {
    const machines = await provider.list();
    if (machines.length === 0) return undefined;
    const tried = `reuse the machines in ${provider.store}`;
    const hint =
      'tear them down with "overlay-e2e down", or name another folder in MACHINE_STORAGE_PATH';
    const document = await loadDocument(provider.store);
    if (document === undefined) {
      const names = machines.map(({ name }) => name).join(', ');
      const observed = `no completed topology there (${names})`;
      throw new HarnessError({ code: 'topology-differs', tried, observed, hint });
    }
    const kept = await Promise.all(machines.map(examineMachine));
    const differences = findRunningDifferences(topology, until, document, kept);
    if (differences.length === 0) return document;
    throw new HarnessError({
      code: 'topology-differs',
      tried,
      observed: differences.join(', '),
      hint,
    });
  });
}

async function examineMachine(machine: Machine): Promise<RunningMachine> {
  if (machine.state !== 'Running') return { machine, engine: { failure: machine.state } };
  try {
    return { machine, engine: await examineEngine(machine) };
  } catch (error) {
    const line = error instanceof HarnessError ? error.observed : firstLine(error);
    return { machine, engine: { failure: line } };
  }
}

async function examineEngine(machine: Machine): Promise<RunningEngine> {
  using engine = connectEngine(machine);
  const limit = { limit: 10_000 };
  const [info, { version }, networks, containers] = await Promise.all([
    engine.info(limit),
    engine.version(limit),
    engine.networks.list(limit),
    engine.containers.list(limit),
  ]);
  const services =
    info.swarmNode?.isManager === true ? await engine.services.list(limit) : undefined;
  // Read last, because the other answers explain an unreachable engine better.
  const certificatesEnd = await findCertificatesEnd(machine);
  return {
    hostname: info.name,
    version,
    labels: info.labels,
    clusterStore: info.clusterStore,
    swarm: info.swarm,
    networks: new Map(networks.map(({ name, id }) => [name, id])),
    running: containers.filter(({ state }) => state === 'running').map(({ name }) => name),
    services: services && new Map(services.map(({ name, id }) => [name, id])),
    certificatesEnd,
  };
}

/** Returns the time when the first of the certificates expires: the authority's, the client's, and the engine's. */
async function findCertificatesEnd(machine: Machine): Promise<Date> {
  const endpoint = requireTls(machine);
  const files = [endpoint.caFile, endpoint.certFile].map(async (file) => await readFile(file));
  const shown = await readShownCertificate(endpoint);
  const all = [...(await Promise.all(files)), shown].map((one) => new X509Certificate(one));
  return new Date(Math.min(...all.map(({ validTo }) => Date.parse(validTo))));
}

async function readShownCertificate({ host, port }: TlsEndpoint): Promise<Buffer> {
  return await new Promise((resolve, reject) => {
    // Only read here; the other requests prove that it is valid.
    const socket = connect({ host, port, rejectUnauthorized: false, timeout: 10_000 }, () => {
      resolve(socket.getPeerCertificate().raw);
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('timeout', () => socket.destroy(new Error('no answer after 10 s')));
  });
}
