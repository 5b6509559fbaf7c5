import { readServiceTasks, waitForServiceTasks } from '../cluster/swarm-mode/service-tasks.ts';
import type { PreparedImage } from '../debian/images/choose-image.ts';
import type { Container } from '../docker/containers/container.ts';
import { scaleLimit } from '../docker/endpoints/scale-limit.ts';
import type { Engine } from '../docker/engine.ts';
import { HarnessError } from '../process/errors/harness-error.ts';
import { done, notYet, waitFor } from '../process/waits/wait-for.ts';
import type { PathKind } from './perf-result.ts';
import { ASKER, RESPONDER } from './response-times.ts';

/**
 * The ports in containers: of iperf3, a server for each test, and of the responder. A server closes its port after a test
 * and opens it again, and refuses a test in between. The kernel gives none of them to a connection as its own port.
 */
export const ports = { tcp1: 22_501, tcp8: 22_502, udp: 22_503, responses: 22_504 } as const;
export type Purpose = keyof typeof ports;

/** The ports that the routing mesh publishes on the hosts. */
const published: Readonly<Record<Purpose, number>> = {
  tcp1: 22_511,
  tcp8: 22_512,
  udp: 22_513,
  responses: 22_514,
};

/** The label of everything that a measurement creates. */
const LABEL = 'overlay-e2e.perf';

/** A path that can be measured: from a container to an address. */
export interface OpenPath {
  readonly kind: PathKind;
  readonly network?: string;
  readonly sender: Container;
  readonly receiver: Container;
  readonly address: string;
  readonly ports: Readonly<Record<Purpose, number>>;
}

/** The two hosts of a measurement, and the image with its programs. */
export interface Ends {
  readonly from: Engine;
  readonly to: Engine;
  readonly image: PreparedImage & { readonly archive?: string };
  readonly signal: AbortSignal;
  /** Receives the removal of each object before the object is created. */
  readonly onEnd: (remove: () => Promise<void>) => void;
}

/** Ends by itself, so that nothing runs for long if the command is killed: `timeout` ends iperf3, and an alarm Perl. */
const SERVE = `for port in ${ports.tcp1} ${ports.tcp8} ${ports.udp}; do timeout 7200 iperf3 --server --port $port >/dev/null 2>&1 & done; exec perl -e "$RESPONDER" ${ports.responses}`;
const WAIT = "trap 'exit 0' TERM; sleep 7200 & wait";

/** Loads the image on an engine that lacks it. It stays, as the probe's image does. */
export async function provideTools({ image, signal }: Ends, engine: Engine): Promise<void> {
  if (await engine.images.has(image.tag, { signal })) return;
  if (image.archive === undefined) throw new Error(`no archive of ${image.tag}`);
  await engine.images.load(image.archive, { limit: 300_000, signal });
}

/** Opens the path between the hosts themselves. */
export async function openUnderlay(ends: Ends): Promise<OpenPath> {
  const { from, to } = ends;
  const [sender, receiver] = await Promise.all([
    run(ends, from, 'host', WAIT),
    run(ends, to, 'host', SERVE),
  ]);
  return { kind: 'underlay', sender, receiver, address: to.machine.address, ports };
}

/** Opens the path between two containers on an overlay network. */
export async function openOverlay(
  ends: Ends,
  { name, isEncrypted }: { readonly name: string; readonly isEncrypted: boolean },
): Promise<OpenPath> {
  const { from, to, signal } = ends;
  // One after the other: no two hosts may announce an endpoint on a network at the same moment.
  const receiver = await run(ends, to, name, SERVE);
  const sender = await run(ends, from, name, WAIT);
  const address = await receiver.addressOn(name, { signal });
  const kind = isEncrypted ? 'encrypted' : 'overlay';
  return { kind, network: name, sender, receiver, address, ports };
}

/** Opens the paths to a service: to its virtual address, and to its published ports on the sender's host. */
export async function openService(
  ends: Ends,
  manager: Engine,
  inside: OpenPath,
  outside: OpenPath,
): Promise<OpenPath[]> {
  const { from, to, image, signal, onEnd } = ends;
  const { network = '' } = inside;
  const name = `overlay-e2e-perf-${process.pid}`;
  onEnd(async () => {
    await manager.services.remove(name);
    await waitUntilGone(to, name);
  });
  await manager.services.create(
    {
      name,
      image: image.tag,
      command: ['sh', '-c', SERVE],
      replicas: 1,
      stopGrace: 1,
      endpointMode: 'vip',
      networks: [network],
      constraints: [`node.hostname==${to.machine.name}`],
      // iperf3 controls a UDP test over TCP.
      publish: [
        ...(['tcp1', 'tcp8', 'udp', 'responses'] as const).map((one) => publish(one, 'tcp')),
        publish('udp', 'udp'),
      ],
      env: { RESPONDER },
      labels: { [LABEL]: name },
    },
    { signal },
  );
  await waitForServiceTasks(manager, name, { signal });
  const facts = await manager.services.inspect(name, { signal });
  const { due } = await readServiceTasks(manager, name, { signal });
  const receiver = await to.containers.find(due[0]?.containerId ?? name, { signal });
  const { id } = await manager.networks.inspect(network, { signal });
  const address = facts.virtualAddresses[id];
  if (address === undefined) {
    throw new HarnessError({
      code: 'answer-invalid',
      tried: `virtual address of ${name} on ${network}`,
      observed: 'the manager lists none',
    });
  }
  return [
    { kind: 'vip', network, sender: inside.sender, receiver, address, ports },
    {
      kind: 'mesh',
      sender: outside.sender,
      receiver,
      address: from.machine.address,
      ports: published,
    },
  ];
}

/** Waits until the task of a removed service has ended: managers only tell its node to stop it. */
async function waitUntilGone(engine: Engine, service: string): Promise<void> {
  await waitFor(
    `${engine.machine.name}: the task of ${service} is removed`,
    async () => {
      const all = await engine.containers.list({ quiet: true });
      const left = all.find(({ labels }) => labels['com.docker.swarm.service.name'] === service);
      return left === undefined ? done(undefined) : notYet(`${left.name}: ${left.status}`);
    },
    { limit: scaleLimit(60_000, [engine.machine]) },
  );
}

function publish(purpose: Purpose, protocol: 'tcp' | 'udp') {
  return {
    target: ports[purpose],
    published: published[purpose],
    protocol,
    mode: 'ingress' as const,
  };
}

async function run(
  { image, signal, onEnd }: Ends,
  engine: Engine,
  network: string,
  script: string,
): Promise<Container> {
  const container = await engine.containers.run(
    {
      image: image.tag,
      network,
      command: ['sh', '-c', script],
      env: { ASKER, RESPONDER },
      labels: { [LABEL]: `${process.pid}` },
    },
    { signal },
  );
  onEnd(async () => await container.remove());
  return container;
}
