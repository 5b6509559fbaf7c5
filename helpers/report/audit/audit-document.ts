import { z } from 'zod';
import { diagnosisCodes } from '../../check/codes.ts';
import { layers } from '../../check/check.ts';
import { differenceKinds } from '../../check/difference.ts';
import { pathColumns } from './path-matrix.ts';

/** Raised whenever the document's shape changes. */
export const documentVersion = 2;

const place = z
  .object({
    host: z.string().optional(),
    peer: z.string().optional().describe('The other host, on the way from host to it.'),
    network: z.string().optional().describe('The name of the overlay network.'),
    container: z.string().optional(),
    towards: z.string().optional().describe('The container at the other end.'),
  })
  .meta({ id: 'place', description: 'Where it is; the fewer fields, the wider the place.' });

const difference = z
  .object({
    kind: z.enum(differenceKinds),
    where: place,
    expected: z.json(),
    observed: z.json(),
    text: z.string().describe('The same in one line for people.'),
  })
  .meta({ id: 'difference', description: 'Something that is not as it must be.' });

const command = z.array(z.string()).min(1);

const remedy = z.object({
  kind: z
    .enum(['fix', 'next-step'])
    .describe('A fix changes something and restores it; a next step only inspects.'),
  command: z
    .string()
    .optional()
    .describe('The line to type on host, or anywhere when there is none, quoted for a shell.'),
  commands: z.array(command).describe('The same as data: each program with its arguments.'),
  asRoot: z.boolean().describe('Whether the commands need root.'),
  host: z.string().optional(),
  effect: z.string().describe('What the commands do, or what there is to do.'),
  restores: z
    .object({ networkId: z.string(), commands: z.array(command).min(1) })
    .optional()
    .describe('Present when it only restores entries of a kernel’s tables, which --fix may do.'),
});

const diagnosis = z
  .object({
    code: z.enum(diagnosisCodes),
    title: z.string(),
    page: z.string().describe('The page that tells more, in the project’s folder.'),
    where: place,
    summary: z.string(),
    evidence: z.array(difference).describe('What proves it.'),
    consequences: z.array(difference).describe('What else is wrong only because of it.'),
    remedy: remedy.optional(),
  })
  .meta({ id: 'diagnosis' });

const inCheck = {
  name: z.string(),
  title: z.string().describe('The fact that holds when it passes.'),
  layer: z.enum(layers),
  needs: z.enum(['api', 'probe', 'privileged-probe']),
};

const check = z
  .discriminatedUnion('state', [
    z.object({ ...inCheck, state: z.literal('passed'), evidence: z.array(z.string()) }),
    z.object({ ...inCheck, state: z.literal('failed'), differences: z.array(difference) }),
    z.object({
      ...inCheck,
      state: z.literal('skipped'),
      reason: z.string(),
      because: z
        .enum(['inapplicable', 'unasked', 'impossible'])
        .describe('Impossible leaves the verdict open: it was wanted and could not be done.'),
    }),
  ])
  .meta({ id: 'check' });

const host = z.object({
  name: z.string(),
  address: z.string().optional(),
  engineVersion: z.string().optional(),
  silence: z.string().optional().describe('Why its engine could not be asked.'),
  role: z.enum(['manager', 'leader', 'worker']).optional().describe('In a swarm.'),
  containers: z.array(
    z.object({
      name: z.string(),
      image: z.string(),
      status: z.string(),
      ends: z.array(z.object({ network: z.string(), address: z.string() })),
      ports: z.array(z.string()),
    }),
  ),
});

const cluster = z
  .object({
    hosts: z.array(host),
    store: z
      .object({
        version: z.string().optional(),
        address: z.string().optional(),
        members: z.array(z.string()),
        silence: z.string().optional().describe('Why it could not be asked.'),
      })
      .optional()
      .describe('The key-value store through which the engines find each other.'),
    networks: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        subnets: z.array(z.string()),
        vnis: z.array(z.number()).describe('VXLAN network identifiers.'),
        hosts: z.array(z.string()).describe('Hosts whose engines know it.'),
      }),
    ),
  })
  .meta({ id: 'cluster', description: 'The cluster as it was seen.' });

const cell = z
  .object({
    state: z.enum(['answered', 'arrived', 'lost', 'mixed']),
    tried: z.int().min(1),
    arrived: z.int().min(0).describe('How many were seen at the other end.'),
    answered: z.int().min(0).describe('How many got their answer back.'),
  })
  .meta({ id: 'cell' });

const pair = z
  .object({
    from: z.string(),
    to: z.string(),
    cells: z.partialRecord(z.enum(pathColumns), cell),
  })
  .meta({ id: 'pair' });

/** What `overlay-e2e check --json` prints. */
export const auditDocument = z
  .object({
    version: z.literal(documentVersion).describe('Raised whenever this shape changes.'),
    target: z.string().describe('What was audited, for people.'),
    kind: z.enum(['key-value', 'swarm-mode', 'unknown']),
    startedAt: z.string().meta({ format: 'date-time', description: 'UTC.' }),
    milliseconds: z.number(),
    verdict: z
      .enum(['healthy', 'defects', 'incomplete'])
      .describe(
        'Incomplete: nothing was found, but a known member was not examined, or something that was wanted could not be looked at.',
      ),
    diagnoses: z.array(diagnosis).describe('Causes first.'),
    checks: z.array(check),
    coverage: z
      .object({
        examined: z.int().min(0).describe('Hosts whose engines answered.'),
        known: z.int().min(0).describe('Members of the cluster that are known.'),
        unexamined: z
          .array(z.string())
          .describe('Known members that were not examined; then the verdict is never healthy.'),
        unsupported: z
          .array(z.string())
          .describe('Parts of this cluster that no check supports yet, in words.'),
      })
      .describe('How much of the cluster was examined, and what was not.'),
    cluster,
    paths: z.array(pair).describe('What live probes met, by ordered pair of hosts.'),
    leftovers: z
      .array(z.string())
      .describe('What the audit could not take away again of its own, in words.'),
  })
  .meta({ title: 'overlay-e2e check --json' });

export type AuditDocument = z.infer<typeof auditDocument>;

/** The JSON Schema of the document, as docs/check.schema.json has it. */
export function documentSchema(): object {
  return z.toJSONSchema(auditDocument);
}
