import { HarnessError } from '../process/errors/harness-error.ts';
import { type Finding, fine, missing } from '../netns/doctor/host-finding.ts';
import { decideHere } from './choose-provider.ts';
import type { Decision } from './provider-kind.ts';
import { providerKinds } from './provider-kinds.ts';

/** Examines the provider of this host, if any, and its requirements. */
export async function examineProvider(): Promise<{ provider?: Decision; findings: Finding[] }> {
  const subject = 'provider';
  try {
    const provider = decideHere();
    const { name, because } = provider;
    const finding = fine(subject, `${name}: ${because}`);
    return { provider, findings: [finding, ...(await providerKinds[name].examine())] };
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    return { findings: [missing(subject, error.observed, error.hint ?? '')] };
  }
}
