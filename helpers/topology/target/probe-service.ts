import { randomUUID } from 'node:crypto';
import { PROBE_LABEL } from '../../check/probe/start/describe-probe.ts';
import { connectEngine, type Engine } from '../../docker/engine.ts';
import type { LabelledObject } from '../../docker/swarm/labelled-objects.ts';
import type { NodeFacts } from '../../docker/swarm/nodes.ts';
import type { HostPort } from '../../docker/swarm/services.ts';
import type { GivenEngine } from '../../machine/engines/given-engine.ts';
import type { Machine } from '../../machine/machine.ts';
import { makePair, type PairOfCertificates } from '../../netns/state/certificates.ts';
import { activity } from '../../process/activity.ts';
import { CleanupStack } from '../../process/cleanup-stack.ts';
import { firstLine } from '../../process/errors/harness-error.ts';
import { writeNameless } from '../../process/files/nameless-file.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';

/** The port of the tasks in their containers. */
export const RELAY_PORT = 2376;

/** The secret with the certificates of the tasks, as a file of their containers. */
export const RELAY_SECRET = 'overlay-e2e-relay';

/** The label with the seconds after which the tasks of a service end by themselves. */
const LIFETIME_LABEL = 'org.overlay-e2e.lifetime';

/** Milliseconds for the tasks to start: an image may have to be pulled. */
const START_LIMIT = 30_000;

/** Milliseconds for each step of the removal. */
const CLEAR_LIMIT = 15_000;

/** A global service whose tasks lead to the engines of nodes that are not reached otherwise. */
export interface ProbeService extends AsyncDisposable {
  /** The way to each node with a task, by the address of the node. */
  readonly ways: ReadonlyMap<string, GivenEngine>;
  /** The reason why another node has no task that runs, by the address of the node. */
  readonly problems: ReadonlyMap<string, string>;
  /** Removes the service and its secret. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface ProbeServiceOptions {
  /** The image of overlay-e2e, which the nodes have or can pull. */
  readonly image: string;
  /** Seconds after which the tasks end by themselves. */
  readonly lifetime: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts a task on each of these nodes. It passes connections with a client certificate that only this process has on to the
 * socket of its node's engine, which it mounts: everything that a service may do without privileges.
 */
export async function openProbeService(
  manager: Machine,
  wanted: readonly NodeFacts[],
  options: ProbeServiceOptions,
): Promise<ProbeService> {
  const engine = connectEngine(manager);
  const name = `overlay-e2e-probe-${randomUUID()}`;
  const files = new CleanupStack();
  const end = async () => {
    try {
      await activity('command', `${manager.name}: remove the service ${name}`, async () => {
        await engine.services.remove(name, { limit: CLEAR_LIMIT });
        await engine.secrets.remove(name, { limit: CLEAR_LIMIT });
      });
    } finally {
      engine.close();
      await files[Symbol.asyncDispose]();
    }
  };
  try {
    await removeLeft(engine, options.signal);
    const pair = await makePair(wanted.map(({ address }) => address));
    await create(engine, name, pair, wanted, options);
    const tasks = await waitForTasks(engine, name, wanted, options.signal);
    return { ...(await waysTo(tasks, wanted, pair, files)), [Symbol.asyncDispose]: end };
  } catch (error) {
    // The first error says why.
    await end().catch(() => undefined);
    throw error;
  }
}

async function create(
  engine: Engine,
  name: string,
  { authority, server }: PairOfCertificates,
  wanted: readonly NodeFacts[],
  { image, lifetime, signal }: ProbeServiceOptions,
): Promise<void> {
  const labels = { [PROBE_LABEL]: 'service', [LIFETIME_LABEL]: `${lifetime}` };
  const nodes = await engine.nodes.list({ signal });
  const others = nodes.filter(({ id }) => !wanted.some((one) => one.id === id));
  signal?.throwIfAborted();
  // Without the signal: an engine completes a request even if nothing awaits the answer.
  const id = await engine.secrets.create(name, JSON.stringify({ authority, ...server }), {
    labels,
  });
  await engine.services.create({
    name,
    image,
    command: ['relay', `${lifetime}`],
    replicas: 'global',
    endpointMode: 'dnsrr',
    constraints: others.map((node) => `node.id!=${node.id}`),
    publish: [{ target: RELAY_PORT, published: 0, mode: 'host' }],
    labels,
    containerLabels: labels,
    secrets: [{ id, name, target: RELAY_SECRET }],
    binds: ['/var/run/docker.sock'],
    stopGrace: 1,
    restart: 'never',
  });
}

/** The states in which a task stays, and has no container that runs. */
const OVER = /^(?:complete|failed|shutdown|rejected|orphaned|remove)$/;

/** Waits until the task of each node runs, or does not start. After the limit, the tasks that run count. */
async function waitForTasks(
  engine: Engine,
  name: string,
  wanted: readonly NodeFacts[],
  signal: AbortSignal | undefined,
): Promise<readonly HostPort[]> {
  let tasks: readonly HostPort[] = [];
  try {
    return await waitFor(
      `service ${name}: tasks`,
      async () => {
        tasks = await engine.services.hostPorts(name, { signal, quiet: true });
        const settled = tasks.filter(
          ({ state, port }) => OVER.test(state) || (state === 'running' && port !== undefined),
        );
        if (settled.length >= wanted.length) return done(tasks);
        return notYet(tasks.map(({ nodeId, state }) => `${nodeId} ${state}`).join(', '));
      },
      { limit: START_LIMIT, every: 250, signal },
    );
  } catch (error) {
    signal?.throwIfAborted();
    if (tasks.length === 0) throw error;
    return tasks;
  }
}

async function waysTo(
  tasks: readonly HostPort[],
  wanted: readonly NodeFacts[],
  { authority, client }: PairOfCertificates,
  stack: CleanupStack,
): Promise<Pick<ProbeService, 'ways' | 'problems'>> {
  // A check that is killed leaves no key with which its tasks would still let others in.
  const file = async (text: string) => stack.use(await writeNameless(text)).path;
  const files = {
    caFile: await file(authority),
    certFile: await file(client.certificate),
    keyFile: await file(client.key),
  };
  const ways = new Map<string, GivenEngine>();
  const problems = new Map<string, string>();
  for (const { id, address } of wanted) {
    const task = tasks.find(({ nodeId }) => nodeId === id);
    if (task?.state !== 'running' || task.port === undefined) {
      const state =
        task === undefined ? 'it has none' : `${task.state}, ${firstLine(task.message)}`;
      problems.set(address, `its task of the probe service does not run: ${state}`);
      continue;
    }
    const host = address.includes(':') ? `[${address}]` : address;
    const url = `tcp://${host}:${task.port}`;
    const endpoint = { kind: 'tls', host: address, port: task.port, ...files } as const;
    ways.set(address, { url, givenAs: `${url} (probe service)`, endpoint, address });
  }
  return { ways, problems };
}

/** Removes services and secrets of killed checks: of those whose tasks have ended by themselves. */
async function removeLeft(engine: Engine, signal: AbortSignal | undefined): Promise<void> {
  const options = { limit: CLEAR_LIMIT, signal };
  const [{ systemTime }, services, secrets] = await Promise.all([
    engine.info(options),
    engine.services.labelled(PROBE_LABEL, options),
    engine.secrets.labelled(PROBE_LABEL, options),
  ]);
  const isLeft = (one: LabelledObject) => isOver(one, systemTime);
  for (const { id } of services.filter(isLeft)) await engine.services.remove(id, options);
  for (const { id } of secrets.filter(isLeft)) await engine.secrets.remove(id, options);
}

/** Seconds for the start of a task, whose lifetime begins then. */
const SPARE = 60;

/** @param now the time of the manager, which also has the time of creation */
export function isOver(
  { name, createdAt, labels }: Pick<LabelledObject, 'name' | 'createdAt' | 'labels'>,
  now: string,
): boolean {
  const age = (Date.parse(now) - Date.parse(createdAt)) / 1000;
  const lifetime = Number.parseInt(labels[LIFETIME_LABEL] ?? '', 10);
  const isOurs = labels[PROBE_LABEL] === 'service' && name.startsWith('overlay-e2e-probe-');
  // A time that cannot be read is NaN, and nothing is removed.
  return isOurs && age > lifetime + SPARE;
}
