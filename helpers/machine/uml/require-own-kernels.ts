import { HarnessError } from '../../process/errors/harness-error.ts';
import { isInComputer } from '../../process/rootless.ts';

/** The properties of this computer that decide if machines can have their own kernel. */
interface Computer {
  readonly platform: NodeJS.Platform;
  /** The processor architecture in the words of Node.js. */
  readonly arch: string;
  /** True if it is a virtual computer of this program. */
  readonly isVirtual?: boolean;
}

/** Returns the reason why machines cannot have their own kernel on a computer; undefined if they can. */
export function whyNoOwnKernels(computer: Computer = thisComputer()): string | undefined {
  const { platform, arch, isVirtual } = computer;
  if (isVirtual === true) return 'all machines of a virtual computer share its kernel';
  if (platform === 'linux' && arch === 'x64') return undefined;
  return `User-mode Linux needs Linux on x86-64, and this platform is ${platform} on ${arch}`;
}

function thisComputer(): Computer {
  const { platform, arch } = process;
  return { platform, arch, isVirtual: isInComputer() };
}

/**
 * Throws if machines cannot have their own kernel on this computer.
 *
 * @param because the reason why they need one
 */
export function requireOwnKernels(
  tried: string,
  because?: string,
  computer: Computer = thisComputer(),
): void {
  const reason = whyNoOwnKernels(computer);
  if (reason === undefined) return;
  throw new HarnessError({
    code: 'platform-unsupported',
    tried,
    observed: because === undefined ? reason : `${because}; ${reason}`,
    hint: computer.isVirtual
      ? 'run this as root, or allow this user to create namespaces: see "overlay-e2e doctor"'
      : 'use a computer with Linux on x86-64, or virtual machines with docker-machine',
  });
}
