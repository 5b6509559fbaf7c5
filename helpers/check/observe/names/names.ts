import { type Observed, withValue, withoutValue, valueOf } from '../../model/observed.ts';
import { chooseInTurns } from '../choose-in-turns.ts';
import type { Probe } from '../../probe/probe.ts';
import { findNamed, type NamedContainer } from './named-containers.ts';
import { readNameFiles } from './name-files.ts';
import {
  type QueriedCluster,
  privilegedProbeOn,
  type ObservationContext,
} from '../observation-context.ts';
import { isRightAnswer } from '../../derive/name-answers.ts';
import type { NamesView, NameAnswer } from '../../model/views/names-view.ts';

/** Questions that are put at most, unless the user says otherwise or there are more containers. */
const MOST_QUESTIONS = 1000;

/**
 * Resolves each container in every other one on the same network like a program there: in its /etc/hosts, then at the DNS
 * servers of its /etc/resolv.conf.
 */
export async function observeNames(
  cluster: QueriedCluster,
  context: ObservationContext,
): Promise<Observed<NamesView>> {
  const probes = new Map(cluster.hosts.map(({ name }) => [name, privilegedProbeOn(context, name)]));
  const clients = findNamed(cluster.hosts);
  const reasons = [...new Set(clients.map(({ host }) => host))].flatMap((host) => {
    const probe = probes.get(host);
    return probe !== undefined && 'missing' in probe ? [{ host, ...probe }] : [];
  });
  const unwanted = reasons.find(({ because }) => because === 'not-requested');
  if (unwanted !== undefined) return withoutValue(unwanted.missing, 'not-requested');
  const questions = clients.flatMap((client) => questionsOf(client, clients));
  const { maxPairs = Math.max(MOST_QUESTIONS, clients.length) } = context.options;
  const chosen = chooseInTurns(questions, ({ client }) => client, maxPairs);
  const answers = await Promise.all(
    [...Map.groupBy(chosen, ({ client }) => client)].map(async ([client, own]) => {
      const probe = valueOf(probes.get(client.host) ?? withoutValue('no probe'));
      return probe === undefined
        ? { answers: [], deaf: [] }
        : await resolveNames(probe, client, own.map(lookupOf), context.signal);
    }),
  );
  return withValue({
    answers: answers.flatMap((one) => one.answers),
    deaf: answers.flatMap((one) => one.deaf),
    blind: reasons.map(({ host, missing: why }) => ({ host, why })),
    questions: { all: questions.length, asked: chosen.length },
  });
}

/**
 * Makes the lookups again that had no or another answer, after the live probes: containers that have just started, or whose
 * gossip was interrupted, are announced within seconds.
 */
export async function observeNamesAgain(
  before: Observed<NamesView>,
  cluster: QueriedCluster,
  context: ObservationContext,
): Promise<Observed<NamesView>> {
  if ('missing' in before) return before;
  const wrong = before.value.answers.filter((answer) => !isRightAnswer(answer));
  if (wrong.length === 0) return before;
  const clients = findNamed(cluster.hosts);
  const again = await Promise.all(
    [...Map.groupBy(wrong, clientOf)].map(async ([key, lookups]) => {
      const client = clients.find(
        ({ host, name: container }) => clientOf({ host, container }) === key,
      );
      const probe = client && valueOf(privilegedProbeOn(context, client.host));
      return client === undefined || probe === undefined
        ? { answers: [], deaf: [] }
        : await resolveNames(probe, client, lookups, context.signal);
    }),
  );
  const later = new Map(again.flatMap(({ answers }) => answers).map((one) => [keyOf(one), one]));
  const asked = new Set([...later.values()].map(clientOf));
  return withValue({
    ...before.value,
    answers: before.value.answers.map((one) => later.get(keyOf(one)) ?? one),
    deaf: [
      ...before.value.deaf.filter((one) => !asked.has(clientOf(one))),
      ...again.flatMap(({ deaf }) => deaf),
    ],
  });
}

function clientOf({ host, container }: Pick<NameAnswer, 'host' | 'container'>): string {
  return `${host} ${container}`;
}

function keyOf(one: Lookup): string {
  return `${clientOf(one)} ${one.network} ${one.name} ${one.towards}`;
}

/** A lookup without its result. */
type Lookup = Omit<NameAnswer, 'answers' | 'from' | 'error'>;

function lookupOf({ client, meant, name, network, expected }: Question): Lookup {
  const { host, name: container } = client;
  return { host, container, network, name, towards: meant.name, peer: meant.host, expected };
}

interface Question {
  readonly client: NamedContainer;
  readonly name: string;
  readonly network: string;
  readonly meant: NamedContainer;
  readonly expected: readonly string[];
}

/** Returns all names on the networks of a container. */
export function questionsOf(client: NamedContainer, all: readonly NamedContainer[]): Question[] {
  return client.endpoints.flatMap(({ networkId, network, isOverlay }) => {
    if (!isOverlay) return [];
    const others = all.filter(
      (one) => one !== client && one.endpoints.some((endpoint) => endpoint.networkId === networkId),
    );
    return others.flatMap((meant) => {
      const aliases =
        meant.endpoints.find((endpoint) => endpoint.networkId === networkId)?.aliases ?? [];
      // A container name that is also another container's alias belongs to the container.
      const own = aliases.filter((alias) => !all.some((one) => one.name === alias));
      return [...new Set([meant.name, ...own])].map((name) => ({
        client,
        name,
        network,
        meant,
        expected: whoHas(name, client, all),
      }));
    });
  });
}

/**
 * Returns the addresses that a name may resolve to. A container name means that container, even if it is also an alias of
 * others; an alias may be shared.
 */
function whoHas(name: string, client: NamedContainer, all: readonly NamedContainer[]): string[] {
  const own = new Set(client.endpoints.map(({ networkId }) => networkId));
  const called = all.filter((one) => one.name === name);
  const isMeant = called.length > 0 ? called : all;
  return isMeant.flatMap((one) =>
    one.endpoints
      .filter(({ networkId }) => own.has(networkId))
      .filter(({ aliases }) => one.name === name || aliases.includes(name))
      .map(({ address }) => address),
  );
}

/** Milliseconds for an answer of a name server, which is the engine of the same host. */
const ANSWER_LIMIT = 5_000;

async function resolveNames(
  probe: Probe,
  { host, name: container, pid }: NamedContainer,
  lookups: readonly Lookup[],
  signal: AbortSignal,
): Promise<Pick<NamesView, 'answers' | 'deaf'>> {
  const files = await readNameFiles(probe, pid, signal);
  // The container has exited.
  if (files === undefined) return { answers: [], deaf: [] };
  const ask = async (name: string) =>
    await queryServers(probe, { pid, servers: files.nameServers, name, signal });
  // At the same time: after an interruption, both fail.
  const [own, answers] = await Promise.all([
    // An engine forwards unknown names, and without egress no answer returns; the container's own name it knows.
    ask(container),
    Promise.all(
      lookups.map(async (lookup): Promise<NameAnswer> => {
        const listed = files.hosts.filter((line) => line.names.includes(lookup.name));
        if (listed.length === 0) {
          return { ...lookup, ...(await ask(lookup.name)), from: 'resolver' };
        }
        const addresses = listed.map(({ address }) => address);
        return { ...lookup, answers: addresses, error: undefined, from: 'hosts-file' };
      }),
    ),
  ]);
  const isDeaf = own.answers === undefined;
  return { answers, deaf: isDeaf ? [{ host, container }] : [] };
}

interface ServerQuery {
  readonly pid: number;
  readonly servers: readonly string[];
  readonly name: string;
  readonly signal: AbortSignal;
}

/** The first answer of the name servers, in their order, as the C library asks them. */
export async function queryServers(
  probe: Probe,
  { pid, servers, name, signal }: ServerQuery,
): Promise<Pick<NameAnswer, 'answers' | 'error'>> {
  const errors: string[] = [];
  for (const server of servers) {
    const result = await probe.resolve({ pid }, server, name, { limit: ANSWER_LIMIT, signal });
    if ('error' in result) errors.push(`${server}: ${result.error}`);
    else if (result.code === 'NOERROR') return { answers: result.addresses, error: undefined };
    else return { answers: [], error: `${server}: ${result.code}` };
  }
  const error = errors.join(', ') || 'its /etc/resolv.conf names no server';
  return { answers: undefined, error };
}
