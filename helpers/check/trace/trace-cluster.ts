import { randomBytes } from 'node:crypto';
import { activity } from '../../process/activity.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { clusterKindOf } from '../derive/cluster-kind.ts';
import { endpointsOf } from '../derive/endpoints.ts';
import { addressesOfLink } from '../derive/own-addresses.ts';
import { type Observed, valueOf } from '../model/observed.ts';
import type { AuditOptions } from '../model/options.ts';
import type { QueriedHost } from '../model/observation.ts';
import type { AuditTarget } from '../model/target.ts';
import type { TraceReport } from '../model/trace.ts';
import { USUAL_VXLAN_PORT } from '../model/views/kernel-view.ts';
import { setDeadline } from '../observe/deadline.ts';
import { openProbes } from '../observe/open-probes.ts';
import { observePart } from '../observe/observe-part.ts';
import { beginWithHosts } from '../observe/query-hosts.ts';
import { observeSwarm } from '../observe/swarm.ts';
import type { FollowedTrace, SendResult } from '../probe/follow.ts';
import type { Probe } from '../probe/probe.ts';
import { choosePlaces, type FollowedPlace } from './choose-places.ts';
import { describeTrace } from './describe-trace.ts';
import type { TraceRecording } from './recording.ts';
import type { PlaceTables } from './place-tables.ts';
import { readPlace, type ReadOptions } from './read-tables.ts';
import { type ResolvedEnds, resolveEnds, type TraceRequest } from './resolve-ends.ts';
import { sendFromHere } from './send-from-here.ts';

/** Milliseconds to wait for the reply: an ARP request fails after 3 s. */
const REPLY_LIMIT = 2000;

/** Milliseconds that are kept for the end of the probes. */
const CLEAN_UP_LIMIT = 5000;

/**
 * Sends one packet through a cluster, and follows it and its reply from hop to hop. It changes nothing, and removes its
 * probe containers. A packet that is lost is no error here; an unknown name or an interruption is.
 */
export async function traceCluster(
  target: AuditTarget,
  request: TraceRequest,
  options: Pick<AuditOptions, 'limit' | 'signal'>,
): Promise<TraceReport> {
  const startedAt = new Date();
  const { recording, unobserved } = await recordTrace(target, request, options);
  return {
    target: target.name,
    startedAt: startedAt.toISOString(),
    milliseconds: Date.now() - startedAt.getTime(),
    ...describeTrace(recording),
    unobserved,
  };
}

/** Sends the packet, and returns everything that was recorded. */
async function recordTrace(
  target: AuditTarget,
  request: TraceRequest,
  { limit = 60_000, signal: outer }: Pick<AuditOptions, 'limit' | 'signal'>,
): Promise<Recorded> {
  const startedAt = Date.now();
  const title = `trace ${request.from ?? 'here'} to ${request.to}`;
  let notRemoved: readonly string[] = [];
  const { recording, unobserved } = await activity('stage', title, async () => {
    using deadline = setDeadline(limit - Math.min(CLEAN_UP_LIMIT, limit / 5), outer);
    const probes = openProbes({ probes: 'privileged' }, limit, deadline.signal);
    try {
      return await record(target, request, probes, deadline.signal);
    } finally {
      const left = limit - (Date.now() - startedAt);
      notRemoved = await probes.end(AbortSignal.timeout(Math.max(CLEAN_UP_LIMIT, left)));
    }
  });
  outer?.throwIfAborted();
  return { recording, unobserved: [...unobserved, ...notRemoved] };
}

type Probes = ReturnType<typeof openProbes>;

interface Recorded {
  readonly recording: TraceRecording;
  readonly unobserved: readonly string[];
}

async function record(
  target: AuditTarget,
  request: TraceRequest,
  probes: Probes,
  signal: AbortSignal,
): Promise<Recorded> {
  const { hosts, started } = await beginWithHosts(target.hosts, probes, signal);
  const kind = clusterKindOf(target, hosts);
  const swarm = await observePart('swarm', signal, () =>
    observeSwarm(target, { kind, expectations: {}, hosts }, signal),
  );
  const ends = resolveEnds(request, { hosts, swarm: valueOf(swarm) });
  const running = await started;
  signal.throwIfAborted();
  const followers = hosts.flatMap((host) => {
    const probe = valueOf(running.get(host.name));
    return probe === undefined ? [] : [{ host, probe }];
  });
  requireProbe(ends, running);
  const places = await Promise.all(
    followers.map(async ({ host, probe }) => await choosePlaces(host, { probe, signal }, ends)),
  );
  const isEncrypted = hosts.some(({ engine }) =>
    (valueOf(engine)?.networks ?? []).some(
      ({ id, options }) => id === ends.network?.id && 'encrypted' in options,
    ),
  );
  const read = { vxlanPort: USUAL_VXLAN_PORT, encryption: isEncrypted, salt: newSalt() };
  // The packet itself changes these tables: a VXLAN device learns from it.
  const before = await Promise.all(
    followers.map(async ({ probe }, index) => {
      const overlays = (places[index] ?? []).filter(({ place }) => place.kind === 'overlay');
      return await readAll(probe, overlays, { ...read, rules: false }, signal);
    }),
  );
  const vxlanPort = portOf(before.flatMap((one) => one.read));
  const { number, failures } = await follow(followers, places, {
    protocol: request.protocol,
    vxlanPort,
    encrypted: isEncrypted,
  });
  const sent = await send(request, ends, number, running, signal);
  const records = await Promise.all(
    followers.map(async ({ host, probe }) => {
      const { packets } = await probe.follower.followed(number);
      return { host: host.name, packets };
    }),
  );
  const tables = await Promise.all(
    followers.map(async ({ host, probe }, index) => {
      const seen = new Set(records[index]?.packets.map(({ namespace }) => namespace));
      const isInvolved = host.name === ends.from.host || seen.size > 0;
      if (!isInvolved) return { read: [], failures: [] };
      return await readAll(
        probe,
        places[index] ?? [],
        { ...read, vxlanPort, rules: !sent.answered },
        signal,
      );
    }),
  );
  const missing = hosts.flatMap(({ name }) => {
    const probe = running.get(name);
    return probe !== undefined && 'missing' in probe ? [`${name}: ${probe.missing}`] : [];
  });
  return {
    recording: {
      request,
      ends,
      number,
      isEncrypted,
      places: places.flat(),
      records,
      before: before.flatMap((one) => one.read),
      tables: tables.flatMap((one) => one.read),
      endpoints: endpointsOf({ hosts }),
      addresses: addressesOf(
        hosts,
        tables.flatMap((one) => one.read),
      ),
      sent,
    },
    unobserved: [...missing, ...failures, ...tables.flatMap((one) => one.failures)],
  };
}

/** The host of the sender must have a probe, or nothing can be sent. */
function requireProbe({ from }: ResolvedEnds, running: ReadonlyMap<string, Observed<Probe>>): void {
  const probe = from.host === undefined ? undefined : running.get(from.host);
  if (probe === undefined || 'value' in probe) return;
  throw new HarnessError({
    code: probe.error ?? 'probe-failed',
    tried: `send a packet from ${from.name} on ${from.host}`,
    observed: probe.missing,
  });
}

function newSalt(): string {
  return randomBytes(8).toString('hex');
}

/** Starts to record on all hosts. The number is above the ports that kernels choose themselves. */
async function follow(
  followers: readonly { readonly host: QueriedHost; readonly probe: Probe }[],
  places: readonly (readonly FollowedPlace[])[],
  trace: Omit<FollowedTrace, 'number'>,
): Promise<{ number: number; failures: string[] }> {
  const number = 61_001 + (randomBytes(2).readUInt16BE() % 4000);
  const failures = await Promise.all(
    followers.map(async ({ host, probe }, index) => {
      const namespaces = (places[index] ?? []).map(({ namespace }) => namespace);
      const failed = await probe.follower.follow({ ...trace, number }, namespaces);
      return failed.map((line) => `${host.name}: ${line}`);
    }),
  );
  return { number, failures: failures.flat() };
}

async function send(
  { protocol, port = 0 }: TraceRequest,
  { from, to, sender }: ResolvedEnds,
  number: number,
  running: ReadonlyMap<string, Observed<Probe>>,
  signal: AbortSignal,
): Promise<SendResult> {
  const probe = valueOf(from.host === undefined ? undefined : running.get(from.host));
  const packet = { number, protocol, destination: to.address, port };
  const limit = REPLY_LIMIT;
  if (probe === undefined) return await sendFromHere(packet, { limit, signal });
  const namespace = sender === undefined ? 'host' : { pid: sender.pid };
  // A container reaches other networks from another of its addresses.
  const source = to.host === undefined || to.container !== undefined ? from.address : '0.0.0.0';
  return await probe.follower.send({ ...packet, namespace, source }, { limit, signal });
}

async function readAll(
  probe: Probe,
  places: readonly FollowedPlace[],
  options: ReadOptions,
  signal: AbortSignal,
): Promise<{ read: PlaceTables[]; failures: string[] }> {
  const all = await Promise.all(
    places.map(async (one) => {
      const { host, kind, name } = one.place;
      return await observePart(`${host}: tables of ${kind} ${name}`, signal, async () => ({
        value: await readPlace({ probe, signal }, one, options),
      }));
    }),
  );
  return {
    read: all.flatMap((one) => valueOf(one) ?? []),
    failures: all.flatMap((one) => ('missing' in one ? [one.missing] : [])),
  };
}

/** Returns the host of each address that only one host has. */
function addressesOf(
  hosts: readonly QueriedHost[],
  tables: readonly PlaceTables[],
): TraceRecording['addresses'] {
  const own = tables.flatMap(({ place, links }) =>
    place.kind === 'host'
      ? links.flatMap(({ link }) => addressesOfLink(link).map((one) => [one, place.host] as const))
      : [],
  );
  const known = hosts.flatMap(({ name, address }) =>
    address === undefined ? [] : [[address, name] as const],
  );
  const byAddress = Map.groupBy([...known, ...own], ([address]) => address);
  return [...byAddress].flatMap(([address, owners]) => {
    const names = new Set(owners.map(([, host]) => host));
    const [host = ''] = names;
    return names.size === 1 ? [[address, host] as const] : [];
  });
}

/** Returns the data path port: the port of the VXLAN devices. */
function portOf(tables: readonly PlaceTables[]): number {
  const ports = tables.flatMap(({ links }) => links.flatMap(({ vxlan }) => vxlan?.port ?? []));
  return ports[0] ?? USUAL_VXLAN_PORT;
}
