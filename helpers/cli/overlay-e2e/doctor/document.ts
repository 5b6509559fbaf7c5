import { z } from 'zod';
import type { Finding } from '../../../netns/doctor/host-finding.ts';
import type { Decision } from '../../../machine/provider-kind.ts';
import { hideUser } from './hide-user.ts';
import { omitUndefined } from '../../../process/omit-undefined.ts';

/** Increased with each change of the document's shape. */
const documentVersion = 2;

const versions = z.object({
  'overlay-e2e': z.string().describe('The version of overlay-e2e.'),
  node: z.string().describe('The version of Node.js.'),
  kernel: z.string().describe('The kernel release, as in uname -r.'),
  system: z.string().describe('The distribution, from /etc/os-release.'),
  architecture: z.string().describe('The architecture in the words of Node.js: x64, arm64.'),
});

const provider = z.object({
  name: z
    .enum(['netns', 'uml', 'docker-machine'])
    .describe('The provider that would create the machines.'),
  driver: z.string().optional().describe('The driver of docker-machine.'),
  because: z.string().describe('The reason for this choice.'),
});

const finding = z.object({
  subject: z.string().describe('The requirement, in one or two words.'),
  fine: z.boolean().describe('Whether the requirement is met.'),
  observed: z.string().describe('The observation, in one line.'),
  fix: z
    .string()
    .optional()
    .describe('The command or action that meets the requirement; present if it is not met.'),
});

/** The output of `overlay-e2e doctor --json`, which users attach to reports. */
export const doctorDocument = z
  .object({
    version: z.literal(documentVersion).describe('Increased with each change of this shape.'),
    fine: z.boolean().describe('Whether all requirements are met.'),
    versions: versions.describe('Versions of program and system.'),
    provider: provider
      .optional()
      .describe('Absent if no provider can be used; a finding says why.'),
    settings: z
      .array(z.string())
      .describe(
        'Names of the environment variables of this program that are set, without their values.',
      ),
    findings: z.array(finding).describe('One finding per requirement, in the order of the checks.'),
  })
  .meta({ title: 'overlay-e2e doctor --json' });

export type DoctorDocument = z.infer<typeof doctorDocument>;

/** Returns the document, without data about the user. */
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
    findings: findings.map(({ fix, ...one }) => ({
      ...one,
      ...omitUndefined({ fix }),
    })),
  };
  return hideUser(document, home);
}
