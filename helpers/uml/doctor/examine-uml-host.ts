import { prepareApt } from '../../debian/apt/apt.ts';
import { aptSources } from '../../debian/apt/archive.ts';
import { hostRelease } from '../../debian/apt/host-release.ts';
import { examineHost, WITHOUT_ROOT } from '../../netns/doctor/examine-host.ts';
import { type Finding, missing } from '../../netns/doctor/host-finding.ts';
import { findingOf } from '../../netns/doctor/packages.ts';
import { isGuestRootCached } from '../root/guest-root.ts';
import { type Refusal, tryUserNamespaces } from '../rootless/user-namespaces.ts';

/** Features of the host's kernel that machines need although they have their own: links to the switch, and images. */
const FEATURES = ['veth', 'bridge', 'overlayfs'];

/** Checks the requirements of machines with their own kernel. */
export async function examineUmlHost(): Promise<Finding[]> {
  const refusal = await findRefusal();
  if (refusal !== undefined) return [missing(WITHOUT_ROOT, refusal.observed, refusal.hint)];
  const [findings, kernel] = await Promise.all([
    examineHost('uml', FEATURES),
    examineGuestKernel(),
  ]);
  return [...findings, kernel];
}

/** Returns the reason why this user, who is not root, cannot create machines. */
async function findRefusal(): Promise<Refusal | undefined> {
  if (process.geteuid?.() === 0) return undefined;
  const refusal = await tryUserNamespaces();
  if (refusal === undefined) return undefined;
  return { ...refusal, observed: `this user cannot create namespaces, "${refusal.observed}"` };
}

/** Checks that the machines' kernel is in the cache or available from Debian's archive. */
async function examineGuestKernel(): Promise<Finding> {
  return await findingOf('kernel of machines', await hostRelease(), async () => {
    if (isGuestRootCached()) return 'in the cache';
    await prepareApt('trixie', await aptSources('trixie'));
    return 'the first run downloads it from Debian trixie';
  });
}
