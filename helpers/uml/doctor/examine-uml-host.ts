import { existsSync } from 'node:fs';
import { prepareApt } from '../../debian/apt/apt.ts';
import { aptSources } from '../../debian/apt/archive.ts';
import { cacheFolder } from '../../debian/cache/cache.ts';
import { hostRelease } from '../../debian/apt/host-release.ts';
import { examineHost, WITHOUT_ROOT } from '../../netns/doctor/examine-host.ts';
import { evaluateSpace } from '../../netns/doctor/disk.ts';
import { type Finding, fine, missing } from '../../netns/doctor/host-finding.ts';
import { findingOf } from '../../netns/doctor/packages.ts';
import type { HarnessError } from '../../process/errors/harness-error.ts';
import { isAdministrator } from '../../process/rootless.ts';
import { readFileSystem } from '../../process/files/file-system.ts';
import { computerFolder } from '../computer/computer.ts';
import { MEMORY, memoryFolder } from '../computer/memory-folder.ts';
import { isGuestRootCached } from '../root/guest-root.ts';
import { type Refusal, tryUserNamespaces } from '../rootless/user-namespaces.ts';

/** Features of the host's kernel that machines need although they have their own: links to the switch, and images. */
const FEATURES = ['veth', 'bridge', 'overlayfs'];

/** Checks the requirements of machines with their own kernel. */
export async function examineUmlHost(): Promise<Finding[]> {
  const refusal = await findRefusal();
  if (refusal !== undefined) return await examineForComputer(refusal);
  const [findings, kernel] = await Promise.all([
    examineHost('uml', FEATURES),
    examineGuestKernel(),
  ]);
  return [...findings, kernel];
}

/** Returns the reason why this user, who is not root, cannot create machines. */
async function findRefusal(): Promise<Refusal | undefined> {
  if (isAdministrator()) return undefined;
  return await tryUserNamespaces();
}

/** Checks the requirements of a virtual computer, which has its own user, root, and everything else that machines need. */
async function examineForComputer({ observed, hint }: Refusal): Promise<Finding[]> {
  const how = `yes, in a virtual computer with one processor: a run takes about four times as long, and ${MEMORY} MB of memory. This user cannot create namespaces, "${observed}". For more speed, ${hint}`;
  const folder = cacheFolder();
  const [kernel, memory, fileSystem] = await Promise.all([
    examineGuestKernel(),
    examineMemory(),
    readFileSystem(folder),
  ]);
  const needs = existsSync(computerFolder()) ? WARM_NEEDS : NEEDS;
  const variable = 'XDG_CACHE_HOME';
  // Its disk is one file, which an overlay holds as well.
  const space = { subject: 'cache', folder, needs, variable };
  const disk = evaluateSpace(space, { ...fileSystem, isOverlay: false });
  return [fine(WITHOUT_ROOT, how), memory, disk, kernel];
}

/** Bytes of the computer's disk after the first run, with all engines, images and machines on it. */
const NEEDS = 5e9;
const WARM_NEEDS = 1e9;

async function examineMemory(): Promise<Finding> {
  try {
    const folder = await memoryFolder(cacheFolder());
    return fine('memory', `a file in ${folder}`);
  } catch (error) {
    const { observed, hint = '' } = error as HarnessError;
    return missing('memory', observed, hint);
  }
}

/** Checks that the machines' kernel is in the cache or available from Debian's archive. */
async function examineGuestKernel(): Promise<Finding> {
  return await findingOf('kernel of machines', await hostRelease(), async () => {
    if (isGuestRootCached()) return 'in the cache';
    await prepareApt('trixie', await aptSources('trixie'));
    return 'the first run downloads it from Debian trixie';
  });
}
