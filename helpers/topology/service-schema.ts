import { z } from 'zod';
import { dockerName, environment, image, port } from './schema-fields.ts';

const seconds = z.number().min(0, 'it is not a number of seconds');

const count = z.int().min(0, 'it is not a number of 0 or more');

/** The rule of swarm mode, whose names are also host names. */
export const serviceName = z
  .string()
  .regex(
    /^[a-zA-Z0-9](?:[-_]*[a-zA-Z0-9])*$/,
    'a service name consists of letters, digits, "-" and "_", and begins and ends with a letter or digit',
  )
  .max(63, 'a service name has 63 characters at most');

/** A further name of a service on a network. */
export const alias = z.string().regex(/^[a-zA-Z0-9][\w.-]*$/, 'it is not a host name');

const serviceNetwork = z.union([
  z.string(),
  z.strictObject({
    /** The network's name. */
    name: z.string(),
    /** Further names of the service on this network. */
    aliases: z.array(alias).min(1, 'empty list'),
  }),
]);

export const servicePort = z.union([
  z
    .string()
    .regex(
      /^\d{1,5}:\d{1,5}(?:\/(?:tcp|udp))?$/,
      'it is not PUBLISHED:TARGET or PUBLISHED:TARGET/udp',
    ),
  z.strictObject({
    /** The port of the machines. */
    published: port,
    /** The port of the tasks. */
    target: port,
    /** Default: `tcp`. */
    protocol: z.enum(['tcp', 'udp']).exactOptional(),
    /** `ingress` publishes on all machines (default), `host` only on machines with a task of the service. */
    mode: z.enum(['ingress', 'host']).exactOptional(),
  }),
]);

/** A placement constraint. */
export const constraint = z
  .string()
  .regex(
    /^(?:node\.(?:id|hostname|role|ip|platform\.(?:os|arch)|labels\.[\w.-]+)|engine\.labels\.[\w.-]+) ?(?:==|!=) ?\S+$/,
    'it is not a constraint such as node.role==worker or node.labels.disk==ssd',
  );

const mountedFile = z.strictObject({
  /** The name of the config or secret. */
  name: z.string(),
  /** The file in the tasks: a path, for a secret also a name below /run/secrets. */
  target: z.string().min(1, 'it is empty'),
});

const mountedSecret = z.union([z.string(), mountedFile]);

const healthCheck = z.strictObject({
  /** The command, which succeeds in a healthy task. */
  command: z.array(z.string()).min(1, 'empty list'),
  /** Seconds between two checks. Default: 30. */
  interval: seconds.exactOptional(),
  /** Seconds after which a check has failed. Default: 30. */
  timeout: seconds.exactOptional(),
  /** Failures in a row until the task is unhealthy. Default: 3. */
  retries: count.exactOptional(),
  /** Seconds after the start in which failures do not count. Default: 0. */
  startPeriod: seconds.exactOptional(),
});

const update = z.strictObject({
  /** `start-first` starts a new task before it stops the old one. Default: `stop-first`. */
  order: z.enum(['start-first', 'stop-first']).exactOptional(),
  /** Tasks that are replaced at the same time; 0 for all. Default: 1. */
  parallelism: count.exactOptional(),
  /** Seconds between two replacements. Default: 0. */
  delay: seconds.exactOptional(),
  /** Seconds in which the failure of a new task counts. Default: 5. */
  monitor: seconds.exactOptional(),
  /** The reaction to a failed task; `rollback` only for an update. Default: `pause`. */
  onFailure: z.enum(['pause', 'continue', 'rollback']).exactOptional(),
});

/** A service of a swarm. */
export const service = z.strictObject({
  /** The service's name, which tasks and containers on its networks resolve. */
  name: serviceName,
  /** The overlay networks of its tasks, by name or with aliases: `{ name: 'my-net', aliases: ['shop'] }`. */
  networks: z.array(serviceNetwork).min(1, 'empty list'),
  /** A tag that the engines pull, a `docker save` archive, or Debian packages, as for containers. */
  image: image.exactOptional(),
  /** An image of the car service instead of `image`: its application (`tomcat`) or its database (`mysql`). */
  recipe: z.enum(['tomcat', 'mysql']).exactOptional(),
  /** The command instead of the image's, as after the image in `docker service create`. */
  command: z.array(z.string()).min(1, 'empty list').exactOptional(),
  /** The entry point with its arguments, as in `docker service create --entrypoint`. */
  entrypoint: z.array(z.string()).min(1, 'empty list').exactOptional(),
  /** Environment variables, as in `docker service create --env`. */
  environment: environment.exactOptional(),
  /** `replicated` (default) for a number of tasks, `global` for one on each machine that the constraints allow. */
  mode: z.enum(['replicated', 'global']).exactOptional(),
  /** The number of tasks of a replicated service. Default: 1. */
  replicas: z.int().min(1, 'it is not a number of 1 or more').exactOptional(),
  /**
   * `vip` (default): the name resolves to one address, and IPVS spreads connections over the tasks. `dnsrr`: it
   * resolves to the addresses of all tasks.
   */
  endpoint: z.enum(['vip', 'dnsrr']).exactOptional(),
  /** Published ports: `8080:80`, `53:53/udp`, or with `mode: 'host'` as an object. */
  ports: z.array(servicePort).exactOptional(),
  /** Constraints of `docker service create --constraint`: `node.role==worker`. */
  constraints: z.array(constraint).exactOptional(),
  /** Configs by name, each with its path in the tasks. */
  configs: z.array(mountedFile).exactOptional(),
  /** Secrets by name, which are files of the same name in /run/secrets of the tasks, or with another target. */
  secrets: z.array(mountedSecret).exactOptional(),
  /** A health check. A task runs, and gets connections, only when it is healthy. */
  health: healthCheck.exactOptional(),
  /** Seconds that a task has to end by itself when it is stopped. Default: 10. */
  stopGrace: seconds.exactOptional(),
  /** The replacement of tasks when the service is updated. */
  update: update.exactOptional(),
  /** The replacement of tasks when an update is rolled back. */
  rollback: update.exactOptional(),
  /** TCP ports. The service is ready when each task listens on them; without this field, as soon as the tasks run. */
  listensOn: z.array(port).exactOptional(),
  /** The stack of the service, for `docker stack services`. Services of a stack file get it from there. */
  stack: serviceName.exactOptional(),
});

/** A stack file. */
export const stack = z.strictObject({
  /** The stack's name: the prefix of its services, networks, configs and secrets. */
  name: serviceName,
  /** The stack file, as for `docker stack deploy`; its path is relative to this file. */
  file: z.string().min(1, 'it is empty'),
  /**
   * Images by their name in the stack file, for images that the engines do not pull: `docker save` archives (path
   * relative to this file) or Debian packages. The images of the car service need no entry.
   */
  images: z.record(z.string(), image).exactOptional(),
});

/** A config or secret. */
export const storedFile = z.strictObject({
  /** The name. */
  name: dockerName,
  /** The content. */
  content: z.string().min(1, 'it is empty'),
});
