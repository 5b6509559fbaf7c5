import { chooseInTurns } from '../choose-in-turns.ts';
import type { ServiceFacts, TaskFacts } from '../../../docker/swarm/service-facts.ts';
import { nameOfTask } from '../../derive/balanced-services.ts';
import { servicesOf } from '../../derive/services.ts';
import type { Observation } from '../../model/observation.ts';
import { type Observed, valueOf, withValue } from '../../model/observed.ts';
import type { ServiceLookup, ServiceNamesView } from '../../model/views/service-names-view.ts';
import { queryServers } from '../names/names.ts';
import { type NameFiles, readNameFiles } from '../names/name-files.ts';
import {
  type ObservationContext,
  privilegedProbeOn,
  type QueriedCluster,
} from '../observation-context.ts';

/** Lookups that are made at most, unless the user says otherwise. */
const MOST_LOOKUPS = 1000;

type Question = Omit<ServiceLookup, 'before' | 'after'> & { readonly pid: number };

/**
 * Looks up the names of services: on each host and each of its networks, one container asks for all of them, because the
 * engine answers all containers from the same records. Each container of a service also asks for its own service.
 */
export async function observeServiceNames(
  cluster: QueriedCluster,
  swarm: Observation['swarm'],
  context: ObservationContext,
): Promise<Observed<ServiceNamesView>> {
  const view = servicesOf({ swarm });
  if ('missing' in view) return view;
  const all = questionsAbout(cluster, view.value);
  const { maxPairs = MOST_LOOKUPS } = context.options;
  const chosen = chooseInTurns(all, ({ host }) => host, maxPairs);
  const hosts = [...new Set(chosen.map(({ host }) => host))];
  const probes = hosts.map((host) => ({ host, ...privilegedProbeOn(context, host) }));
  const blind = probes.flatMap((one) =>
    'missing' in one ? [{ host: one.host, why: one.missing, because: one.because }] : [],
  );
  const unwanted = blind.find(({ because }) => because === 'not-requested');
  if (unwanted !== undefined) return { missing: unwanted.why, because: 'not-requested' };
  const lookups = await ask(chosen, context);
  return withValue({
    lookups: lookups.map(({ question: { pid: _pid, ...question }, before }) => ({
      ...question,
      before,
      after: undefined,
    })),
    blind: blind.map(({ host, why }) => ({ host, why })),
    questions: { all: all.length, asked: chosen.length },
  });
}

/** Makes the same lookups again, after the live probes: tasks may have been starting or stopping at the first. */
export async function observeServiceNamesAgain(
  before: Observed<ServiceNamesView>,
  cluster: QueriedCluster,
  context: ObservationContext,
): Promise<Observed<ServiceNamesView>> {
  if ('missing' in before) return before;
  const pids = new Map(
    cluster.hosts.flatMap(({ engine }) =>
      (valueOf(engine)?.containers ?? []).map(({ id, pid }) => [id, pid] as const),
    ),
  );
  const questions = before.value.lookups.map((one) => ({
    ...one,
    pid: pids.get(one.containerId) ?? 0,
  }));
  const again = await ask(questions, context);
  const found = new Map(again.map(({ question, before: lookup }) => [keyOf(question), lookup]));
  return withValue({
    ...before.value,
    lookups: before.value.lookups.map((one) => ({ ...one, after: found.get(keyOf(one)) })),
  });
}

function keyOf({ containerId, networkId, name }: Omit<Question, 'pid'>): string {
  return `${containerId} ${networkId} ${name}`;
}

/** Makes the lookups of containers whose process still runs; names in their /etc/hosts are left out. */
async function ask(questions: readonly Question[], context: ObservationContext) {
  const { signal } = context;
  const byContainer = Map.groupBy(questions, ({ containerId }) => containerId);
  const all = await Promise.all(
    [...byContainer.values()].map(async (own) => {
      const { host = '', pid = 0 } = own[0] ?? {};
      const probe = valueOf(privilegedProbeOn(context, host));
      const files: NameFiles | undefined =
        probe === undefined || pid === 0 ? undefined : await readNameFiles(probe, pid, signal);
      if (probe === undefined || files === undefined) return [];
      const listed = new Set(files.hosts.flatMap(({ names }) => names));
      return await Promise.all(
        own
          .filter(({ name }) => !listed.has(name))
          .map(async (question) => ({
            question,
            before: await queryServers(probe, {
              pid,
              servers: files.nameServers,
              name: question.name,
              signal,
            }),
          })),
      );
    }),
  );
  return all.flat();
}

interface Asker {
  readonly host: string;
  readonly container: string;
  readonly containerId: string;
  readonly pid: number;
  readonly networkIds: readonly string[];
}

/** Returns all lookups, those of each network before those of containers for their own service. */
export function questionsAbout(
  { hosts }: Pick<QueriedCluster, 'hosts'>,
  {
    services,
    tasks,
  }: { readonly services: readonly ServiceFacts[]; readonly tasks: readonly TaskFacts[] },
): Question[] {
  const askers = hosts.flatMap(({ name: host, engine }) => {
    const view = valueOf(engine);
    const overlays = new Set(
      (view?.networks ?? [])
        .filter(({ driver, ingress }) => driver === 'overlay' && !ingress)
        .map(({ id }) => id),
    );
    return (view?.containers ?? [])
      .filter(({ status, pid }) => status === 'running' && pid > 0)
      .map(({ name: container, id: containerId, pid, networks }): Asker => {
        const networkIds = Object.values(networks)
          .map(({ networkId }) => networkId)
          .filter((id) => overlays.has(id));
        return { host, container, containerId, pid, networkIds };
      })
      .filter(({ networkIds }) => networkIds.length > 0);
  });
  const names = services.flatMap((service) => namesOf(service, tasks));
  const taken = namesTwice(names.map(({ name, serviceId }) => ({ name, serviceId })));
  const unique = names.filter(({ name }) => !taken.has(name));
  const ofNetworks = [
    ...Map.groupBy(
      askers.flatMap((asker) => asker.networkIds.map((networkId) => ({ asker, networkId }))),
      ({ asker, networkId }) => `${asker.host} ${networkId}`,
    ).values(),
  ].flatMap(([first]) =>
    first === undefined
      ? []
      : unique
          .filter(({ networkIds }) => networkIds.includes(first.networkId))
          .map((name) => questionOf(first.asker, first.networkId, name)),
  );
  const own = askers.flatMap((asker) => {
    const task = tasks.find(({ containerId }) => containerId === asker.containerId);
    const name = unique.find(
      ({ serviceId, means }) => serviceId === task?.serviceId && means === 'service',
    );
    const networkId = name?.networkIds.find((id) => asker.networkIds.includes(id));
    return name === undefined || networkId === undefined
      ? []
      : [questionOf(asker, networkId, name)];
  });
  return [...new Map([...ofNetworks, ...own].map((one) => [keyOf(one), one])).values()];
}

interface ServiceName extends Pick<Question, 'name' | 'serviceId' | 'means'> {
  readonly networkIds: readonly string[];
}

function namesOf(service: ServiceFacts, tasks: readonly TaskFacts[]): ServiceName[] {
  const own = tasks.filter(
    ({ serviceId, state }) => serviceId === service.id && state === 'running',
  );
  const networkIds = [...new Set(own.flatMap(({ addressesById }) => Object.keys(addressesById)))];
  const shared = { serviceId: service.id, networkIds };
  return [
    { ...shared, name: service.name, means: 'service' },
    { ...shared, name: `tasks.${service.name}`, means: 'tasks' },
    ...Object.entries(service.aliases).flatMap(([target, aliases]) =>
      aliases.map((name): ServiceName => {
        return {
          ...shared,
          name,
          means: 'service',
          networkIds: networkIds.filter((id) => id === target),
        };
      }),
    ),
    ...own.map((task): ServiceName => {
      return { ...shared, name: nameOfTask(task, service.name), means: { task: task.id } };
    }),
  ];
}

/** Names that several services have: an engine answers with the addresses of all of them. */
function namesTwice(names: readonly Pick<ServiceName, 'name' | 'serviceId'>[]): Set<string> {
  const owners = Map.groupBy(names, ({ name }) => name);
  return new Set(
    [...owners]
      .filter(([, all]) => new Set(all.map(({ serviceId }) => serviceId)).size > 1)
      .map(([name]) => name),
  );
}

function questionOf(
  { host, container, containerId, pid, networkIds }: Asker,
  networkId: string,
  { name, serviceId, means }: ServiceName,
): Question {
  return { host, container, containerId, pid, networkIds, networkId, name, serviceId, means };
}
