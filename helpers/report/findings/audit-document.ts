import { z } from 'zod';
import { diagnosisCodes } from '../../check/model/codes.ts';
import { layers } from '../../check/model/comparison.ts';
import { missingBecause } from '../../check/model/observed.ts';
import { differenceKinds } from '../../check/model/difference.ts';
import { pathColumns } from '../text/path-matrix.ts';

/** Increased with each change of the document's shape. */
export const documentVersion = 3;

const place = z
  .object({
    host: z.string().optional(),
    peer: z.string().optional().describe('The other host, on the path from host to it.'),
    network: z.string().optional().describe('The name of the overlay network.'),
    container: z.string().optional(),
    service: z.string().optional().describe('The service of a swarm.'),
    towards: z.string().optional().describe('The container at the other end of the path.'),
  })
  .meta({ id: 'place', description: 'The location; the fewer fields, the wider it is.' });

const difference = z
  .object({
    kind: z.enum(differenceKinds),
    where: place,
    expected: z.json(),
    observed: z.json(),
    text: z.string().describe('The difference in one line for people.'),
  })
  .meta({ id: 'difference', description: 'A mismatch between an expected and an observed value.' });

const command = z.array(z.string()).min(1);

const action = z.object({
  kind: z
    .enum(['fix', 'next-step'])
    .describe('A fix restores something broken; a next step only inspects.'),
  command: z
    .string()
    .optional()
    .describe(
      'The command line for host, or for any computer if host is absent, quoted for a shell.',
    ),
  commands: z.array(command).describe('The commands as data: each program with its arguments.'),
  asRoot: z.boolean().describe('Whether the commands need root.'),
  host: z.string().optional(),
  effect: z.string().describe('The effect of the commands, or the action to take.'),
  restores: z
    .object({
      networkId: z.string().optional().describe('The overlay network in whose namespace they run.'),
      namespace: z
        .string()
        .optional()
        .describe('The file of another namespace in which they run, or host.'),
      commands: z.array(command).min(1),
      instead: z
        .object({ host: z.string(), effect: z.string() })
        .optional()
        .describe('Present if --fix does something else than the commands to type.'),
    })
    .optional()
    .describe('Present if the fix only restores entries of kernel tables, which --fix may do.'),
});

const diagnosis = z
  .object({
    code: z.enum(diagnosisCodes),
    title: z.string(),
    page: z.string().describe('The page of the diagnosis code, relative to the project’s folder.'),
    where: place,
    summary: z.string(),
    evidence: z.array(difference).describe('The differences that prove the finding.'),
    consequences: z.array(difference).describe('The differences that exist only because of it.'),
    action: action.optional(),
  })
  .meta({ id: 'diagnosis' });

const inComparison = {
  name: z.string(),
  title: z.string().describe('The fact that is true if it passes.'),
  layer: z.enum(layers),
  needs: z.enum(['api', 'probe', 'privileged-probe']),
};

const comparison = z
  .discriminatedUnion('state', [
    z.object({ ...inComparison, state: z.literal('passed'), evidence: z.array(z.string()) }),
    z.object({ ...inComparison, state: z.literal('failed'), differences: z.array(difference) }),
    z.object({
      ...inComparison,
      state: z.literal('skipped'),
      reason: z.string(),
      because: z
        .enum(missingBecause)
        .describe(
          'The value failed makes the result incomplete: the comparison was requested and could not be made.',
        ),
    }),
  ])
  .meta({ id: 'comparison' });

const host = z.object({
  name: z.string(),
  address: z.string().optional(),
  engineVersion: z.string().optional(),
  silence: z.string().optional().describe('The reason why its engine did not answer.'),
  role: z.enum(['manager', 'leader', 'worker']).optional().describe('The role in a swarm.'),
  containers: z.array(
    z.object({
      name: z.string(),
      image: z.string(),
      status: z.string(),
      endpoints: z.array(z.object({ network: z.string(), address: z.string() })),
      ports: z.array(z.string()),
    }),
  ),
});

const cluster = z
  .object({
    hosts: z.array(host),
    keystore: z
      .object({
        version: z.string().optional(),
        address: z.string().optional(),
        members: z.array(z.string()),
        silence: z.string().optional().describe('The reason why it did not answer.'),
      })
      .optional()
      .describe('The key-value store through which the engines find each other.'),
    networks: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        subnets: z.array(z.string()),
        vnis: z.array(z.number()).describe('VXLAN network identifiers.'),
        hosts: z.array(z.string()).describe('Hosts whose engines know the network.'),
        services: z
          .array(
            z.object({
              name: z.string(),
              address: z.string().optional().describe('The virtual address; absent for dnsrr.'),
              tasks: z.int().min(0).describe('Number of running tasks.'),
            }),
          )
          .optional()
          .describe('The services of a swarm on the network.'),
      }),
    ),
  })
  .meta({ id: 'cluster', description: 'The observed cluster.' });

const cell = z
  .object({
    state: z.enum(['answered', 'arrived', 'lost', 'mixed']),
    tried: z.int().min(1),
    arrived: z.int().min(0).describe('Number of packets that arrived.'),
    answered: z.int().min(0).describe('Number of packets whose answer came back.'),
  })
  .meta({ id: 'cell' });

const pair = z
  .object({
    from: z.string(),
    to: z.string(),
    cells: z.partialRecord(z.enum(pathColumns), cell),
  })
  .meta({ id: 'pair' });

/** The output of `overlay-e2e check --json`. */
export const auditDocument = z
  .object({
    version: z.literal(documentVersion).describe('Increased with each change of this shape.'),
    target: z.string().describe('The name of the checked cluster, for people.'),
    kind: z.enum(['key-value', 'swarm-mode', 'unknown']),
    startedAt: z.string().meta({ format: 'date-time', description: 'UTC.' }),
    milliseconds: z.number(),
    verdict: z
      .enum(['healthy', 'defects', 'incomplete'])
      .describe(
        'Incomplete: no findings, but a known member was not examined or a requested comparison could not be made.',
      ),
    diagnoses: z.array(diagnosis).describe('The findings, causes first.'),
    comparisons: z
      .array(comparison)
      .describe('The comparisons with their results, layer by layer.'),
    coverage: z
      .object({
        examined: z.int().min(0).describe('Hosts whose engines answered.'),
        known: z.int().min(0).describe('Known members of the cluster.'),
        unexamined: z
          .array(z.string())
          .describe(
            'Known members that were not examined. With any of them, the result is never healthy.',
          ),
        unsupported: z
          .array(z.string())
          .describe('Features of this cluster that no comparison supports yet, in words.'),
      })
      .describe('The examined and the unexamined parts of the cluster.'),
    notes: z
      .array(z.string())
      .describe('Facts that are no defects, but may become the cause of one, each in a sentence.'),
    cluster,
    paths: z.array(pair).describe('Results of the live probes, by ordered pair of hosts.'),
    samples: z
      .array(
        z.object({
          what: z.string().describe('The objects, in words: "pairs of hosts".'),
          examined: z.int().min(0),
          all: z.int().min(0),
          chosen: z.string().describe('The choice, in words. The same cluster gives the same one.'),
        }),
      )
      .describe(
        'Objects of which only a part was examined, because their number grows faster than the cluster. Nothing is known about the others.',
      ),
    notRemoved: z
      .array(z.string())
      .describe('Parts of the probe that the check could not remove, in words.'),
  })
  .meta({ title: 'overlay-e2e check --json' });

export type AuditDocument = z.infer<typeof auditDocument>;

/** Returns the JSON Schema of the document for docs/check.schema.json. */
export function documentSchema(): object {
  return z.toJSONSchema(auditDocument);
}
