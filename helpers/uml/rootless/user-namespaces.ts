import { findProgram } from '../../process/files/find-program.ts';
import { readIfThere } from '../../process/files/read-if-exists.ts';
import { runCommand, tail } from '../../process/run-command.ts';

/** The namespaces of a keeper: all processes in them are root there. */
export const KEPT = [
  '--user',
  '--map-root-user',
  '--net',
  '--mount',
  '--pid',
  '--fork',
  '--propagation',
  'slave',
];

/** The reason why this user cannot create namespaces, and the setting or option that allows it. */
export interface Refusal {
  readonly observed: string;
  readonly hint: string;
}

/** Tries the namespaces in which a user without root is root. Returns undefined if they work. */
export async function tryUserNamespaces(): Promise<Refusal | undefined> {
  // A restricted namespace refuses every mount, and a container that of proc.
  const { exitCode, stdout, stderr } = await runCommand(
    findProgram('unshare') ?? 'unshare',
    [...KEPT, '--mount-proc', 'true'],
    { limit: 60_000, expect: 'any', title: 'try user namespaces' },
  );
  if (exitCode === 0) return undefined;
  const said = tail(`${stdout}\n${stderr}`, 1) || `exit code ${exitCode}`;
  return { observed: said, hint: hintFor(readIfThere) };
}

/** Settings with which a kernel refuses user namespaces. */
const SWITCHES = [
  { name: 'kernel.apparmor_restrict_unprivileged_userns', refuses: '1', allow: '0' },
  { name: 'kernel.unprivileged_userns_clone', refuses: '0', allow: '1' },
  { name: 'user.max_user_namespaces', refuses: '0', allow: '10000' },
] as const;

/**
 * Returns the setting or the option that allows user namespaces.
 *
 * @param read returns the text of a file, or an empty one
 */
export function hintFor(read: (file: string) => string): string {
  const off = SWITCHES.find(
    ({ name, refuses }) => read(`/proc/sys/${name.replaceAll('.', '/')}`).trim() === refuses,
  );
  if (off !== undefined) return `allow them: sudo sysctl -w ${off.name}=${off.allow}`;
  return 'run this command as root; or in a container, allow them: --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined';
}
