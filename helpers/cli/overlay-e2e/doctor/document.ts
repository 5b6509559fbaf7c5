import { z } from 'zod';
import type { Finding } from '../../../netns/examine/finding.ts';
import type { Decision } from '../../../machine/decide-provider.ts';
import { hideUser } from './hide-user.ts';

/** Raised whenever the document's shape changes. */
const documentVersion = 1;

const versions = z.object({
  'overlay-e2e': z.string().describe('This program.'),
  node: z.string().describe('The Node.js that runs it.'),
  kernel: z.string().describe('As uname -r says it.'),
  system: z.string().describe('The distribution, by /etc/os-release.'),
  architecture: z.string().describe('As Node.js names it: x64, arm64.'),
});

const provider = z.object({
  name: z.enum(['netns', 'docker-machine']).describe('What would make the machines.'),
  driver: z.string().optional().describe('The driver of docker-machine.'),
  because: z.string().describe('Why this one.'),
});

const finding = z.object({
  subject: z.string().describe('What was looked at, in a word or two.'),
  fine: z.boolean().describe('Whether nothing is missing there.'),
  saw: z.string().describe('What was seen there, in a line.'),
  remedy: z
    .string()
    .optional()
    .describe('What to type, or to do, so that it becomes fine; always there when it is not.'),
});

/** What `overlay-e2e doctor --json` prints: made to be added to a report that others read. */
export const doctorDocument = z
  .object({
    version: z.literal(documentVersion).describe('Raised whenever this shape changes.'),
    fine: z.boolean().describe('Whether nothing is missing.'),
    versions: versions.describe('What it ran on.'),
    provider: provider.optional().describe('Absent when none can be used; a finding says why.'),
    settings: z
      .array(z.string())
      .describe(
        'Environment variables of this program that are set; their names, not what they say.',
      ),
    findings: z.array(finding).describe('In the order in which it was looked.'),
  })
  .meta({ title: 'overlay-e2e doctor --json' });

export type DoctorDocument = z.infer<typeof doctorDocument>;

/** What was found out, without anything that tells of the user rather than of the machine. */
export function toDoctorDocument(seen: {
  readonly versions: DoctorDocument['versions'];
  readonly provider: Decision | undefined;
  readonly settings: readonly string[];
  readonly findings: readonly Finding[];
  readonly home: string;
}): DoctorDocument {
  const { home, findings } = seen;
  const document: DoctorDocument = {
    version: documentVersion,
    fine: findings.every((one) => one.fine),
    versions: seen.versions,
    ...(seen.provider === undefined ? {} : { provider: { ...seen.provider } }),
    settings: [...seen.settings],
    findings: findings.map(({ remedy, ...one }) => ({
      ...one,
      ...(remedy === undefined ? {} : { remedy }),
    })),
  };
  return hideUser(document, home);
}
