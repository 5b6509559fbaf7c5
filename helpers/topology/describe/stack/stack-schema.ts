import { z } from 'zod';
import { dockerName, subnet } from '../../schema-fields.ts';
import { alias, constraint, serviceName, servicePort } from '../../service-schema.ts';

/** The subset of the stack file format of `docker stack deploy` that topologies support. */

/** Texts in which the docker client would replace a variable. */
const variable = /(?<!\$)(?:\$\$)*\$[A-Za-z_{]/;

/** A text without variables. In the file, `$$` is a `$`. */
const text = z
  .string()
  .refine(
    (value) => !variable.test(value),
    'variables are not supported: write the value, and "$$" for "$"',
  )
  .transform((value) => value.replaceAll('$$', '$'));

const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };

/** A time such as `1m30s`, in seconds. */
const duration = z
  .string()
  .regex(/^(?:\d{1,9}(?:\.\d{1,9})?(?:h|ms|m|s)){1,4}$/, 'it is not a time such as 10s or 1m30s')
  .transform((value) =>
    [...value.matchAll(/(\d{1,9}(?:\.\d{1,9})?)(h|ms|m|s)/g)].reduce(
      (sum, [, count, unit = 's']) => sum + Number(count) * (units[unit] ?? 1),
      0,
    ),
  );

/** The words of a command. The docker client splits a text as a shell does, which is supported without quotes only. */
const words = z.union([
  z.array(text).min(1, 'empty list'),
  text
    .refine((value) => value.trim() !== '', 'it is empty')
    .refine((value) => !/["'\\]/.test(value), 'write a command with quotes as a list')
    .transform((value) => value.trim().split(/\s+/)),
]);

const value = z.union([text, z.number(), z.boolean()]).transform(String);

const environment = z.union([
  z.record(z.string().regex(/^[^\s=]+$/, 'it is not a variable name'), value),
  z
    .array(text.refine((one) => /^[^\s=]+=/.test(one), 'it is not KEY=VALUE'))
    .transform((list) => Object.fromEntries(list.map((one) => one.split(/=(.*)/s, 2)))),
]);

const networkOfService = z.strictObject({
  aliases: z.array(alias).min(1, 'empty list').exactOptional(),
});

const networks = z.union([
  z
    .array(z.string())
    .transform((names) => names.map((name) => ({ name, aliases: [] as readonly string[] }))),
  z
    .record(z.string(), networkOfService.nullable())
    .transform((all) =>
      Object.entries(all).map(([name, one]) => ({ name, aliases: one?.aliases ?? [] })),
    ),
]);

const files = z.array(
  z.union([
    z.string().transform((source) => ({ source, target: undefined })),
    z.strictObject({ source: z.string(), target: text.optional() }),
  ]),
);

const healthcheck = z.strictObject({
  test: z.union([
    z.tuple([z.literal('CMD-SHELL'), text]).transform(([, line]) => ['sh', '-c', line]),
    z.tuple([z.literal('CMD')], text).transform(([, ...rest]) => rest),
    text.transform((line) => ['sh', '-c', line]),
  ]),
  interval: duration.optional(),
  timeout: duration.optional(),
  retries: z.int().min(0).optional(),
  start_period: duration.optional(),
});

const update = z.strictObject({
  parallelism: z.int().min(0).optional(),
  delay: duration.optional(),
  monitor: duration.optional(),
  order: z.enum(['start-first', 'stop-first']).optional(),
  failure_action: z.enum(['pause', 'continue', 'rollback']).optional(),
});

const deploy = z.strictObject({
  mode: z.enum(['replicated', 'global']).optional(),
  replicas: z.int().min(1, 'it is not a number of 1 or more').optional(),
  endpoint_mode: z.enum(['vip', 'dnsrr']).optional(),
  placement: z.strictObject({ constraints: z.array(constraint) }).optional(),
  update_config: update.optional(),
  rollback_config: update.optional(),
});

const service = z.strictObject({
  image: text,
  command: words.optional(),
  entrypoint: words.optional(),
  environment: environment.optional(),
  networks: networks.optional(),
  ports: z.array(servicePort).optional(),
  configs: files.optional(),
  secrets: files.optional(),
  healthcheck: healthcheck.optional(),
  stop_grace_period: duration.optional(),
  deploy: deploy.optional(),
});

const network = z.union([
  z.strictObject({ external: z.literal(true), name: z.string().optional() }),
  z.strictObject({
    driver: z.literal('overlay').optional(),
    driver_opts: z
      .strictObject({ encrypted: z.union([z.literal(''), z.literal('true')]) })
      .optional(),
    attachable: z.boolean().optional(),
    internal: z.boolean().optional(),
    ipam: z
      .strictObject({
        config: z.array(z.strictObject({ subnet })).length(1, 'it is not one subnet'),
      })
      .optional(),
  }),
]);

const storedFile = z.union([
  z.strictObject({ external: z.literal(true), name: z.string().optional() }),
  z.strictObject({ file: z.string().min(1, 'it is empty') }),
  z.strictObject({ content: text }),
]);

export const stackFileSchema = z.strictObject({
  version: z
    .union([
      z.string().regex(/^3(?:\.\d+)?$/, 'it is not version 3 of the format'),
      z.number().min(3).lt(4),
    ])
    .optional(),
  services: z
    .record(serviceName, service)
    .refine((all) => Object.keys(all).length > 0, 'no services'),
  networks: z.record(dockerName, network.nullable()).optional(),
  configs: z.record(dockerName, storedFile).optional(),
  secrets: z.record(dockerName, storedFile).optional(),
});

export type StackFile = z.infer<typeof stackFileSchema>;
