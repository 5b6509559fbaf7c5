import { membersRequest, readMembersResponse } from '../../../../cluster/gossip/gossip-protocol.ts';
import { firstLine } from '../../../../process/errors/harness-error.ts';
import { done, notYet, waitFor } from '../../../../process/waits/wait-for.ts';
import type { GossipTrial } from '../../../model/views/paths-view.ts';
import { type Answer, queryHosts, failureOf, type HostPair } from '../plan/query-hosts.ts';
import { type SourcesByHost, arrivalsFrom, sniff, readSniffed } from './sniff.ts';
import type { ProbeHost } from '../plan/probe-host.ts';
import type { NumberTrial } from '../plan/trial-plan.ts';

const GOSSIP_PORT = 7946;

/** Starts to capture gossip packets as early as possible, because engines send them only at intervals. */
export async function sniffGossip(probeHosts: readonly ProbeHost[]): Promise<void> {
  await sniff(probeHosts, GOSSIP_PORT);
}

/** Queries the gossip: engines on a key-value store list their members over TCP, and answer pings over UDP. */
export async function queryGossip(
  pairs: readonly HostPair[],
  probeHosts: readonly ProbeHost[],
  number: NumberTrial,
): Promise<GossipTrial[]> {
  const pings = await pingPatiently(pairs, probeHosts, number);
  const connections = await queryHosts(pairs, 'connect', GOSSIP_PORT, number);
  const arrivals = await readSniffed(probeHosts, GOSSIP_PORT);
  return await Promise.all(
    pairs.flatMap((pair, index) => [
      Promise.resolve(
        describe(pair, 'udp', answerWith(failureOf(pings[index], 'no answer')), arrivals),
      ),
      queryMembers(pair, connections[index]).then((error) =>
        describe(pair, 'tcp', answerWith(error), arrivals),
      ),
    ]),
  );
}

/** The maximum number of queries to a reachable engine that does not answer: its host may be busy. */
const MOST_ROUNDS = 4;

async function pingPatiently(
  pairs: readonly HostPair[],
  probeHosts: readonly ProbeHost[],
  number: NumberTrial,
): Promise<Answer[]> {
  const answers = await queryHosts(pairs, 'ping', GOSSIP_PORT, number);
  for (let rounds = 1; rounds < MOST_ROUNDS; rounds += 1) {
    const arrivals = await readSniffed(probeHosts, GOSSIP_PORT);
    const open = pairs.flatMap((pair, index) =>
      answers[index]?.answered !== true && arrivalsFrom(arrivals, pair, 'udp').input
        ? [{ pair, index }]
        : [],
    );
    if (open.length === 0) break;
    const again = open.map(({ pair }) => pair);
    const more = await queryHosts(again, 'ping', GOSSIP_PORT, number);
    for (const [place, { index }] of open.entries()) answers[index] = more[place];
  }
  return answers;
}

/**
 * In swarm mode gossip is encrypted. Over TCP it is enough that the engine takes the connection; over UDP the engines' own
 * packets are listened to, which each sends to one other every second, in turn. So only among few each is heard soon.
 */
export async function listenToGossip(
  pairs: readonly HostPair[],
  probeHosts: readonly ProbeHost[],
  number: NumberTrial,
): Promise<GossipTrial[]> {
  const connections = await queryHosts(pairs, 'connect', GOSSIP_PORT, number);
  const isHeardSoon = probeHosts.length <= 3;
  const arrivals = isHeardSoon
    ? await waitForGossip(pairs, probeHosts)
    : await readSniffed(probeHosts, GOSSIP_PORT);
  return pairs.flatMap((pair, index) => {
    const { nic, input } = arrivalsFrom(arrivals, pair, 'udp');
    // A packet that the firewall blocks is conclusive immediately; missing packets only after a while.
    const seen = input || (nic || isHeardSoon ? false : undefined);
    return [
      describe(pair, 'tcp', answerWith(failureOf(connections[index], 'no connection')), arrivals),
      describe(pair, 'udp', { answered: false, seen, error: undefined }, arrivals),
    ];
  });
}

/** Returns the reason why the engine does not list its members over TCP. */
async function queryMembers(
  { sender, destination }: HostPair,
  connection: Answer,
): Promise<string | undefined> {
  const failure = failureOf(connection, 'no connection');
  if (failure !== undefined) return failure;
  const port = { protocol: 'tcp', address: destination, port: GOSSIP_PORT } as const;
  const { answer, error } = await sender.probe.exchange('host', port, membersRequest, {
    limit: 10_000,
  });
  if (error !== undefined) return error;
  try {
    readMembersResponse(answer);
    return undefined;
  } catch (cause) {
    return firstLine(cause);
  }
}

/**
 * Milliseconds. Each engine sends to another one every second, and answers; an engine that finds itself too slow takes up
 * to eight times as long (memberlist's awareness).
 */
const GOSSIP_LIMIT = 12_000;

async function waitForGossip(
  pairs: readonly HostPair[],
  probeHosts: readonly ProbeHost[],
): Promise<SourcesByHost> {
  const deadline = performance.now() + GOSSIP_LIMIT;
  return await waitFor(
    'gossip: every engine receives packets from every other',
    async () => {
      const arrivals = await readSniffed(probeHosts, GOSSIP_PORT);
      const missing = pairs.filter((pair) => !arrivalsFrom(arrivals, pair, 'udp').nic);
      // That it is not heard is an answer too.
      if (missing.length === 0 || performance.now() >= deadline) return done(arrivals);
      return notYet(`${missing.length} of ${pairs.length} pairs are missing`);
    },
    { limit: 2 * GOSSIP_LIMIT, every: 100, fatal: () => true },
  );
}

type Outcome = Pick<GossipTrial, 'answered' | 'seen' | 'error'>;

function answerWith(error: string | undefined): Outcome {
  return { answered: error === undefined, seen: undefined, error };
}

function describe(
  pair: HostPair,
  transport: 'tcp' | 'udp',
  outcome: Outcome,
  arrivals: SourcesByHost,
): GossipTrial {
  const { nic: arrived, input: letIn } = arrivalsFrom(arrivals, pair, transport);
  return {
    from: pair.sender.host,
    to: pair.receiver.host,
    transport,
    ...outcome,
    arrived,
    letIn,
  };
}
