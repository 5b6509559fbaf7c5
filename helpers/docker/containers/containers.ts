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
  /** `running`, `exited`, … */
  readonly state: string;
  /** For people: «Up 2 minutes». */
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The containers of an engine. */
export interface Containers {
  /** As `docker create`: makes it and does not start it. Its network need not be there yet. */
  create(spec: ContainerSpec, options?: CallOptions): Promise<Container>;
  /** As `docker run -d`: makes it and starts it. What could not be started is removed again. */
  run(spec: ContainerSpec, options?: CallOptions): Promise<Container>;
  /** As `docker run -i --rm`: it reads and writes what its starter writes and reads, and is removed when it has ended. */
  runAttached(spec: ContainerSpec, options?: CallOptions): Promise<AttachedContainer>;
  /** The container of that name or id, running or not; an error when there is none. */
  find(nameOrId: string, options?: CallOptions): Promise<Container>;
  /** `docker inspect` of the container of that name or id; an error when there is none. */
  inspect(nameOrId: string, options?: CallOptions): Promise<ContainerFacts>;
  /** All, running or not. */
  list(options?: CallOptions): Promise<ContainerSummary[]>;
  /** As `docker container prune`: removes those with that label that do not run, and were made so many seconds ago. */
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
        // An engine that is at somebody else's prune refuses a second one.
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
        // Left there, its name would be taken the next time.
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
 * A container that others link to has several names, `/mysqlserver` and `/tomcat-app/db`; its own is the one with the
 * fewest parts. The manager of a classic Swarm puts the node before each: `/worker-host/mysqlserver`.
 */
function ownName(names: readonly string[]): string | undefined {
  const parts = names.map((name) => name.replace(/^\//, '').split('/'));
  return parts.toSorted((one, other) => one.length - other.length)[0]?.join('/');
}
