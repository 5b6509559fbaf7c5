import { HarnessError } from '../../process/errors/harness-error.ts';

/** What of this process decides whether it can make machines at all. */
export interface Starter {
  readonly platform: NodeJS.Platform;
  /** The effective user; undefined where there is no such thing. */
  readonly uid: number | undefined;
}

/**
 * Refuses, in one line, to make machines of the built-in provider where that cannot be: elsewhere than on Linux, and for
 * anybody but root. What costs more to find out is `overlay-e2e doctor`'s.
 */
export function requireHost(starter: Starter = thisProcess()): void {
  const tried = 'machines of the built-in provider';
  if (starter.platform !== 'linux') {
    throw new HarnessError({
      code: 'platform-unsupported',
      tried,
      observed: `they are made of Linux namespaces, and this is ${starter.platform}`,
      remedy: 'run it on Linux, or install docker-machine 0.16.2 and VirtualBox',
    });
  }
  if (starter.uid === 0) return;
  throw new HarnessError({
    code: 'root-required',
    tried,
    observed: 'this is not root, who alone can make network namespaces and mounts',
    remedy: 'run it with sudo, or as root in a container with --privileged',
  });
}

/** As {@link requireHost} sees this process. */
export function thisProcess(): Starter {
  return { platform: process.platform, uid: process.geteuid?.() };
}
