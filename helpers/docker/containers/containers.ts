import { z } from 'zod';
import { type AttachedContainer, runAttached } from './attach.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { type Container, inspectCall, openContainer } from './container.ts';
import type { ContainerFacts } from './container-facts.ts';
import { type ContainerSpec, createLine, createRequest, runLine } from './container-spec.ts';
import { explainRun } from './explain-run.ts';
import { unlessStatus } from '../unless-status.ts';

/** A line of `docker ps -a`. */
export interface ContainerSummary {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  /** Such as `running` or `exited`. */
  readonly state: string;
  /** As text for users: "Up 2 minutes". */
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The containers of an engine. */
export interface Containers {
  /** Like `docker create`: creates a container without starting it. Its network may be created later. */
  create(spec: ContainerSpec, options?: CallOptions): Promise<Container>;
  /** Like `docker run -d`: creates and starts a container. Removes it again if it cannot be started. */
  run(spec: ContainerSpec, options?: CallOptions): Promise<Container>;
  /**
   * Like `docker run -i --rm`: connects the container's streams to the caller, and removes the container after its end.
   */
  runAttached(spec: ContainerSpec, options?: CallOptions): Promise<AttachedContainer>;
  /** Returns the container with this name or ID, running or not. Throws if it does not exist. */
  find(nameOrId: string, options?: CallOptions): Promise<Container>;
  /** Returns the result of `docker inspect` for a container by name or ID. Throws if it does not exist. */
  inspect(nameOrId: string, options?: CallOptions): Promise<ContainerFacts>;
  /** Removes a container, running or not, with its anonymous volumes. Ignores an unknown one. */
  remove(nameOrId: string, options?: CallOptions): Promise<void>;
  /** Returns all containers, running or not. */
  list(options?: CallOptions): Promise<ContainerSummary[]>;
  /**
   * Like `docker container prune`: removes stopped containers with a label that are older than this number of seconds.
   */
  prune(label: string, seconds: number, options?: CallOptions): Promise<void>;
}

export function openContainers(connection: Connection): Containers {
  return {
    create: async (spec, options) => await createContainer(connection, spec, options),
    run: async (spec, options) => await runContainer(connection, spec, options),
    runAttached: async (spec, options) => await runAttached(connection, spec, options),
    find: async (nameOrId, options) => {
      const { id, name } = await connection.call(inspectCall(nameOrId, nameOrId, options));
      return openContainer(connection, id, name);
    },
    inspect: async (nameOrId, options) =>
      await connection.call(inspectCall(nameOrId, nameOrId, options)),
    remove: async (nameOrId, options) =>
      await openContainer(connection, nameOrId, nameOrId).remove(options),
    list: async (options) =>
      await connection.call({
        ...options,
        title: 'ps -a',
        readOnly: true,
        answer: z.array(summaryAnswer),
        ask: (docker, abortSignal) => docker.listContainers({ all: true, abortSignal }),
        print: (all) =>
          all.map(({ name, image, status }) => `${name}  ${image}  ${status}`).join('\n'),
      }),
    prune: async (label, seconds, options) => {
      await connection.call({
        ...options,
        title: `container prune -f --filter label=${label} --filter until=${seconds}s`,
        answer: z.unknown(),
        // An engine refuses a second prune during another one.
        ask: (docker) =>
          docker
            .pruneContainers({ filters: { label: [label], until: [`${seconds}s`] } })
            .catch(unlessStatus(409)),
      });
    },
  };
}

async function createContainer(
  connection: Connection,
  spec: ContainerSpec,
  options: CallOptions = {},
): Promise<Container> {
  return await connection.call({
    ...options,
    title: `create ${spec.name ?? spec.image}`,
    line: createLine(spec),
    answer: z.custom<Container>(),
    ask: async (docker, abortSignal) => {
      const { id } = await docker.createContainer({ ...createRequest(spec), abortSignal });
      return openContainer(connection, id, spec.name ?? id.slice(0, 12));
    },
    print: ({ id }) => id,
    explain: explainRun(spec, connection.machine.name),
  });
}

async function runContainer(
  connection: Connection,
  spec: ContainerSpec,
  options: CallOptions = {},
): Promise<Container> {
  const called = spec.name ?? spec.image;
  return await connection.call({
    ...options,
    limit: options.limit ?? 60_000,
    title: `run ${called}`,
    line: runLine(spec),
    answer: z.custom<Container>(),
    ask: async (docker, abortSignal) => {
      const created = await docker.createContainer({ ...createRequest(spec), abortSignal });
      try {
        await created.start({ abortSignal });
      } catch (error) {
        // Otherwise, its name would be taken the next time.
        await created.remove({ force: true, v: true }).catch(() => undefined);
        throw error;
      }
      return openContainer(connection, created.id, spec.name ?? created.id.slice(0, 12));
    },
    print: ({ id }) => id,
    explain: explainRun(spec, connection.machine.name),
  });
}

const summaryAnswer = z
  .object({
    Id: z.string(),
    Names: z.array(z.string()),
    Image: z.string(),
    State: z.string(),
    Status: z.string(),
    Labels: z.record(z.string(), z.string()).nullable(),
  })
  .transform(
    (one): ContainerSummary => ({
      id: one.Id,
      name: ownName(one.Names) ?? one.Id,
      image: one.Image,
      state: one.State,
      status: one.Status,
      labels: one.Labels ?? {},
    }),
  );

/**
 * Returns a container's own name. A linked container has several, `/mysqlserver` and `/tomcat-app/db`; its own has the
 * fewest parts. The manager of a classic Swarm adds the node: `/worker-host/mysqlserver`.
 */
function ownName(names: readonly string[]): string | undefined {
  const parts = names.map((name) => name.replace(/^\//, '').split('/'));
  return parts.toSorted((one, other) => one.length - other.length)[0]?.join('/');
}
