import { wordOf } from '../../../probe/namespace.ts';
import type { Capture, TrialResult } from '../../../probe/packets.ts';
import type { Trial } from '../../../model/views/paths-view.ts';
import { sightingsOf, type CapturesByKey } from './sightings.ts';
import type { ProbeHost } from '../plan/probe-host.ts';
import { sizeOf, type TrialPlan } from '../plan/trial-plan.ts';

/** Questions in one message to an agent. */
const MOST_AT_ONCE = 1000;

/** Makes all trials in parallel. For unanswered ones, it reads the captures of every host that may have seen them. */
export async function makeTrials(
  plans: readonly TrialPlan[],
  probeHosts: readonly ProbeHost[],
): Promise<Trial[]> {
  const results = await requestAll(plans);
  const open = plans.filter((plan) => results.get(plan.question.id)?.answered !== true);
  const received = await settle(open, results);
  const captures = await findCaptures(open, results, probeHosts);
  return plans.map((plan) => describe(plan, results.get(plan.question.id), received, captures));
}

type Results = Map<string, TrialResult>;

async function requestAll(plans: readonly TrialPlan[]): Promise<Results> {
  const results: Results = new Map();
  await Promise.all(
    byProbeHost(plans, ({ sender }) => sender).map(async ([{ packets }, own]) => {
      for (const some of chunk(own)) {
        const answers = await packets.request(some.map(({ question }) => question));
        for (const one of answers) results.set(one.id, one);
      }
    }),
  );
  return results;
}

/**
 * Delayed packets of busy hosts are not lost: senders, receivers and senders again read all pending packets, which
 * completes late answers. Returns the trials that arrived.
 */
async function settle(open: readonly TrialPlan[], results: Results): Promise<ReadonlySet<string>> {
  const received = new Set<string>();
  const hear = async () => {
    await eachProbeHost(
      open,
      ({ sender }) => sender,
      async ({ packets }, ids) => {
        for (const one of await packets.results(ids)) results.set(one.id, one);
      },
    );
  };
  await hear();
  await eachProbeHost(
    open,
    ({ receiver }) => receiver,
    async ({ packets }, ids) => {
      for (const id of await packets.received(ids)) received.add(id);
    },
  );
  await hear();
  return received;
}

/** Reads where packets of open trials were captured: on the hosts of both ends, and on all others if they went astray. */
async function findCaptures(
  plans: readonly TrialPlan[],
  results: Results,
  probeHosts: readonly ProbeHost[],
): Promise<CapturesByKey> {
  const captures: Map<string, { host: string; seen: readonly Capture[] }[]> = new Map();
  const keysOf = ({ question }: TrialPlan) => results.get(question.id)?.keys ?? [];
  const open = plans.filter((plan) => results.get(plan.question.id)?.answered !== true);
  const look = async ({ packets, host }: ProbeHost, keys: readonly string[]) => {
    for (const some of chunk(keys)) {
      const { captures: seen } = await packets.captures(some);
      for (const [key, one] of seen) {
        captures.set(key, [...(captures.get(key) ?? []), { host, seen: one }]);
      }
    }
  };
  await Promise.all(
    probeHosts.map(async (probeHost) => {
      const own = open.filter(
        ({ sender, receiver }) => sender === probeHost || receiver === probeHost,
      );
      await look(probeHost, own.flatMap(keysOf));
    }),
  );
  const astray = open.filter((plan) => {
    const seen = sightingsOf(plan, keysOf(plan), captures).map(({ hop }) => hop);
    return seen.includes('sender-nic') && !seen.includes('receiver-nic');
  });
  await Promise.all(
    probeHosts.map(async (probeHost) => {
      const others = astray.filter(
        ({ sender, receiver }) => sender !== probeHost && receiver !== probeHost,
      );
      await look(probeHost, others.flatMap(keysOf));
    }),
  );
  return captures;
}

function describe(
  plan: TrialPlan,
  result: TrialResult | undefined,
  received: ReadonlySet<string>,
  captures: CapturesByKey,
): Trial {
  const { question, network, from, to, protocol } = plan;
  const answered = result?.answered === true;
  const keys = result?.keys ?? [];
  return {
    network: network?.name,
    networkId: network?.id,
    from,
    to,
    protocol,
    size: sizeOf(plan),
    arrived: answered || received.has(question.id) || hasArrived(plan, keys, captures),
    answered,
    answeredFrom: result?.from === question.destination ? undefined : result?.from,
    error: result?.error,
    milliseconds: result?.milliseconds,
    sends: result?.sends,
    sightings: answered ? [] : sightingsOf(plan, keys, captures),
  };
}

/**
 * Derives arrivals that no listener reports: an echo that was captured at the receiver, and a connection that the kernel
 * answered but whose answer was lost.
 */
function hasArrived(
  { protocol, place, receiver, sender }: TrialPlan,
  keys: readonly string[],
  captures: CapturesByKey,
): boolean {
  const at = (probeHost: ProbeHost) =>
    keys.flatMap((key) =>
      (captures.get(key) ?? []).flatMap(({ host, seen }) => (host === probeHost.host ? seen : [])),
    );
  const there = at(receiver).filter(({ namespace }) => namespace === wordOf(place));
  if (protocol.startsWith('icmp')) {
    return there.some(
      ({ what, direction, outer }) =>
        what === 'request' && direction === 'in' && outer === undefined,
    );
  }
  if (!protocol.startsWith('tcp')) return false;
  const wasSaid = at(sender).some(({ what }) => what === 'data');
  return !wasSaid && there.some(({ what, direction }) => what === 'syn-ack' && direction === 'out');
}

async function eachProbeHost(
  plans: readonly TrialPlan[],
  probeHostOf: (plan: TrialPlan) => ProbeHost,
  ask: (probeHost: ProbeHost, ids: readonly string[]) => Promise<void>,
): Promise<void> {
  await Promise.all(
    byProbeHost(plans, probeHostOf).map(async ([probeHost, own]) => {
      for (const some of chunk(own)) {
        await ask(
          probeHost,
          some.map(({ question }) => question.id),
        );
      }
    }),
  );
}

function byProbeHost(
  plans: readonly TrialPlan[],
  probeHostOf: (plan: TrialPlan) => ProbeHost,
): [ProbeHost, TrialPlan[]][] {
  return [...Map.groupBy(plans, probeHostOf)];
}

function chunk<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / MOST_AT_ONCE) }, (_, index) =>
    all.slice(index * MOST_AT_ONCE, (index + 1) * MOST_AT_ONCE),
  );
}
