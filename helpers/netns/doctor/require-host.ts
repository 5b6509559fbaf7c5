import { HarnessError } from '../../process/errors/harness-error.ts';
import { isRootless } from '../../process/rootless.ts';

/** The properties of this process that decide if it can create machines. */
export interface Starter {
  readonly platform: NodeJS.Platform;
  /** The effective user; undefined on platforms without user IDs. */
  readonly uid: number | undefined;
  /** True in the namespaces of a user without root, where the effective user is 0. */
  readonly rootless: boolean;
}

/**
 * Throws if this process cannot create machines of the built-in provider, or of `uml`: on another platform than Linux, or without
 * root. `overlay-e2e doctor` checks the requirements that take longer to check.
 */
export function requireHost(
  provider: 'netns' | 'uml' = 'netns',
  starter: Starter = thisProcess(),
): void {
  const tried =
    provider === 'netns' ? 'machines of the built-in provider' : 'machines of the provider uml';
  if (starter.platform !== 'linux') {
    throw new HarnessError({
      code: 'platform-unsupported',
      tried,
      observed: `they consist of Linux namespaces, and this platform is ${starter.platform}`,
      hint: 'run this command on Linux, or install docker-machine 0.16.2 and VirtualBox',
    });
  }
  const isHere = provider === 'uml' || !starter.rootless;
  if (starter.uid === 0 && isHere) return;
  throw new HarnessError({
    code: 'root-required',
    tried,
    observed:
      'this process does not run as root; only root can create network namespaces and mounts',
    hint:
      provider === 'netns'
        ? 'run this command with sudo, or as root in a container with --privileged; or set E2E_PROVIDER=uml, which needs no root'
        : 'run this command with sudo; or start it with overlay-e2e or npm, which create namespaces for this user',
  });
}

/** Returns the properties of this process. */
export function thisProcess(): Starter {
  return { platform: process.platform, uid: process.geteuid?.(), rootless: isRootless() };
}
