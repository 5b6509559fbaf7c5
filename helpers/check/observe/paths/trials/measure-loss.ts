import { done, notYet, waitFor } from '../../../../process/waits/wait-for.ts';
import type { Capture } from '../../../probe/packets.ts';
import type { Hop, LossTrial, Trial } from '../../../model/views/paths-view.ts';
import { type CapturesByKey, sightingsOf } from './sightings.ts';
import type { ProbeHost } from '../plan/probe-host.ts';
import { injectAll, type InjectionPlan } from './send-until-seen.ts';
import type { NumberTrial, TrialPlan } from '../plan/trial-plan.ts';

/**
 * Packets of the first series, on every path, and of the second, on paths that lost at least one of the first.
 *
 * A path that loses a packet with a probability of 30 % shows it in a first series of 30 in all but 1 of 44,000 checks, one
 * of 10 % in 96 %, one of 5 % in 79 %. The second series decides: where at least 2 of 100 must be lost, a path of 10 %
 * passes for a good one in 1 of 3,100 checks, one of 5 % in 4 %. A path whose host was too busy for a moment loses packets
 * in one of the series, hardly in both.
 */
const SERIES = { first: 30, second: 100 };

/** Packets on one path between two waits for the probes: a burst would overflow queues that nothing else fills. */
const BATCH = 5;

/** Paths that get the first series and the second, at most: of 18 hosts and more not every ordered pair. */
const MOST = { first: 300, second: 60 };

/** The number of reads for missing packets, and the milliseconds between them: a busy host delivers late. */
const READS = 4;
const EVERY = 150;

/** One direction between two hosts, from one container to another. */
interface Path {
  readonly plan: TrialPlan;
  /** True if one of its trials was sent again or lost. */
  readonly isSuspect: boolean;
}

/**
 * Counts the packets that get from host to host through an overlay, each sent once. A path on which no trial arrived is left
 * out: it does not lose a part.
 */
export async function measureLoss(
  plans: readonly TrialPlan[],
  trials: readonly Trial[],
  number: NumberTrial,
): Promise<LossTrial[]> {
  const ways = choosePaths(plans, trials).slice(0, MOST.first);
  const first = await sendSeries(
    ways.map(({ plan }) => plan),
    SERIES.first,
    number,
  );
  const losing = first.filter(({ lost, sent }) => lost > 0 && lost < sent);
  const second = await sendSeries(
    losing.slice(0, MOST.second).map(({ plan }) => plan),
    SERIES.second,
    number,
  );
  return first.map(({ plan, sent, lost }): LossTrial => {
    const again = second.find((one) => one.plan === plan);
    const { network, from, to } = plan;
    return {
      network: network?.name ?? '',
      networkId: network?.id ?? '',
      from,
      to,
      first: { sent, lost },
      second: again && { sent: again.sent, lost: again.lost, lastSeen: again.lastSeen },
    };
  });
}

/** A pair of containers for each ordered pair of hosts between which something arrives, suspects first. */
function choosePaths(plans: readonly TrialPlan[], trials: readonly Trial[]): Path[] {
  const tried = plans.map((plan, index) => ({ plan, trial: trials[index] }));
  const byHosts = Map.groupBy(tried, ({ plan: { from, to } }) => `${from.host} ${to.host}`);
  const ways = [...byHosts.values()].flatMap((own): Path[] => {
    const byPair = Map.groupBy(own, ({ plan: { network, from, to } }) =>
      JSON.stringify([network?.id, from.container, to.container]),
    );
    const isSuspect = own.some(({ trial }) => trial?.answered !== true || (trial.sends ?? 1) > 1);
    const alive = [...byPair.values()].find((pair) => pair.some(({ trial }) => trial?.arrived));
    const plan = alive?.find((one) => one.plan.protocol === 'udp')?.plan;
    return plan === undefined ? [] : [{ plan, isSuspect }];
  });
  return ways.toSorted((one, other) => Number(other.isSuspect) - Number(one.isSuspect));
}

interface Series {
  readonly plan: TrialPlan;
  readonly sent: number;
  readonly lost: number;
  readonly lastSeen: Readonly<Partial<Record<Hop | 'nowhere', number>>>;
}

interface Packet extends InjectionPlan {
  readonly plan: TrialPlan;
}

async function sendSeries(
  plans: readonly TrialPlan[],
  count: number,
  number: NumberTrial,
): Promise<Series[]> {
  if (plans.length === 0) return [];
  const packets = plans.flatMap((plan) =>
    Array.from({ length: count }, (): Packet => packetOf(plan, number())),
  );
  const errors = new Map<string, string>();
  const order = new Map(packets.map((packet, index) => [packet, index % count]));
  for (let round = 0; round < count; round += BATCH) {
    const isDue = (packet: Packet) => {
      const place = order.get(packet) ?? 0;
      return place >= round && place < round + BATCH;
    };
    await injectAll(packets.filter(isDue), errors);
  }
  const sent = packets.filter(({ packet }) => !errors.has(packet.id));
  const lost = new Set(await findLost(sent));
  const seen = await findCaptures([...lost]);
  const byPlan = Map.groupBy(sent, ({ plan }) => plan);
  return plans.map((plan): Series => {
    const own = byPlan.get(plan) ?? [];
    const missing = own.filter((one) => lost.has(one));
    return { plan, sent: own.length, lost: missing.length, lastSeen: countHops(missing, seen) };
  });
}

function packetOf(plan: TrialPlan, id: string): Packet {
  const { question, sender, receiver } = plan;
  const { namespace, source, destination, port } = question;
  return {
    plan,
    sender,
    receiver,
    packet: { id, kind: 'udp', namespace, source, destination, port },
  };
}

/** Returns packets that neither the listener nor the capture of the receiver has. */
async function findLost(packets: readonly Packet[]): Promise<Packet[]> {
  let open = packets;
  let looks = 0;
  await waitFor(
    'loss: packets arrive',
    async () => {
      const received = await requestEach(
        open,
        ({ receiver }) => receiver,
        async (probeHost, ids) => await probeHost.packets.received(ids),
      );
      open = open.filter(({ packet }) => !received.has(packet.id));
      const seen = await findCaptures(open);
      open = open.filter((one) => !hopsOf(one, seen).includes('receiver'));
      looks += 1;
      return open.length === 0 || looks === READS
        ? done(undefined)
        : notYet(`${open.length} have not arrived`);
    },
    { limit: 60_000, every: EVERY, fatal: () => true },
  );
  return [...open];
}

/** Returns the captures on the hosts of both ends. */
async function findCaptures(packets: readonly Packet[]): Promise<CapturesByKey> {
  const all = new Map<string, { host: string; seen: readonly Capture[] }[]>();
  const look = async (probeHostOf: (packet: Packet) => ProbeHost) =>
    await requestEach(packets, probeHostOf, async ({ packets: asked, host }, ids) => {
      const { captures } = await asked.captures(ids);
      for (const [id, seen] of captures) all.set(id, [...(all.get(id) ?? []), { host, seen }]);
      return new Set<string>();
    });
  await look(({ sender }) => sender);
  await look(({ receiver }) => receiver);
  return all;
}

function hopsOf({ plan, packet }: Packet, seen: CapturesByKey): Hop[] {
  return sightingsOf(plan, [packet.id], seen).map(({ hop }) => hop);
}

function countHops(lost: readonly Packet[], seen: CapturesByKey): Series['lastSeen'] {
  const last = lost.map((one) => hopsOf(one, seen).at(-1) ?? 'nowhere');
  return Object.fromEntries(
    [...Map.groupBy(last, (hop) => hop)].map(([hop, own]) => [hop, own.length]),
  );
}

/** Ids in one message to an agent. */
const MOST_AT_ONCE = 1000;

async function requestEach(
  packets: readonly Packet[],
  probeHostOf: (packet: Packet) => ProbeHost,
  ask: (probeHost: ProbeHost, ids: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<ReadonlySet<string>> {
  const answers = await Promise.all(
    [...Map.groupBy(packets, probeHostOf)].map(async ([probeHost, own]) => {
      const ids = own.map(({ packet }) => packet.id);
      const found = new Set<string>();
      for (let from = 0; from < ids.length; from += MOST_AT_ONCE) {
        for (const id of await ask(probeHost, ids.slice(from, from + MOST_AT_ONCE))) found.add(id);
      }
      return found;
    }),
  );
  return new Set(answers.flatMap((one) => [...one]));
}
