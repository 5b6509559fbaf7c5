import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  mainHierarchy,
  removeCgroups,
  removeStoreCgroups,
  storeCgroup,
} from '../../helpers/netns/cgroups/cgroup.ts';
import { macAddress } from '../../helpers/netns/state/names.ts';
import type { Store } from '../../helpers/netns/state/store.ts';
import { prepareTools } from '../../helpers/debian/tools.ts';
import { runCommand } from '../../helpers/process/run-command.ts';
import type { Traces } from './traces.ts';

/** An object that an incomplete tear-down would leave. */
interface Remains {
  readonly kind: keyof Traces;
  /** Text that the search must contain. */
  readonly text: string;
  readonly remove: () => Promise<unknown>;
}

/** Creates each kind of remains of a state directory separately. */
export const remains: Readonly<Record<string, (store: Store) => Promise<Remains>>> = {
  'a network namespace with only its name': async ({ id }) => {
    const name = `e2e-${id}-stray`;
    await ip(`netns add ${name}`);
    return { kind: 'namespaces', text: name, remove: () => ip(`netns delete ${name}`) };
  },
  'a network namespace without a name, by the link in it': async (store) => {
    const shell = await startShell({
      within: ['unshare', '--net'],
      script: `ip link add stray address ${macOf(store)} type bridge`,
    });
    return { kind: 'namespaces', text: `of ${shell.pid} sh`, remove: shell.end };
  },
  'a network namespace without a name, by the process in it': async (store) => {
    const shell = await startShell({
      within: ['unshare', '--net'],
      script: `echo $$ >${makeCgroup(store)}/cgroup.procs`,
    });
    return {
      kind: 'namespaces',
      text: `of ${shell.pid} sh`,
      remove: async () => {
        await shell.end();
        await removeCgroup(store);
      },
    };
  },
  'a link of the host, by its hardware address': async (store) => {
    const name = `stray-${store.id.slice(0, 6)}`;
    await ip(`link add ${name} address ${macOf(store)} type bridge`);
    return { kind: 'links', text: name, remove: () => ip(`link delete ${name}`) };
  },
  'a link of the host, by its alias': async ({ id }) => {
    const name = `stray-${id.slice(0, 6)}`;
    await ip(`link add ${name} type bridge`);
    await ip(`link set ${name} alias overlay-e2e-${id}`);
    return { kind: 'links', text: name, remove: () => ip(`link delete ${name}`) };
  },
  'a mount in a mount namespace of one of its processes': async ({ folder }) => {
    const shell = await startShell({
      within: ['env', `MACHINE_STORAGE_PATH=${folder}`, 'unshare', '--mount'],
      script: 'read -r folder; mount -t tmpfs stray "$folder"',
      input: folder,
    });
    return { kind: 'mounts', text: `of ${shell.pid} sh`, remove: shell.end };
  },
  'a cgroup in one hierarchy': async (store) => {
    const folder = makeCgroup(store);
    return { kind: 'cgroups', text: dirname(folder), remove: () => removeCgroup(store) };
  },
  'a process in a cgroup': async (store) => {
    const shell = await startShell({ script: `echo $$ >${makeCgroup(store)}/cgroup.procs` });
    return {
      kind: 'processes',
      text: `${shell.pid} sh`,
      remove: async () => {
        await shell.end();
        await removeCgroup(store);
      },
    };
  },
  'a process with its working directory in the folder': async ({ folder }) => {
    const shell = await startShell({ script: 'read -r folder; cd "$folder"', input: folder });
    return { kind: 'processes', text: `${shell.pid} sh`, remove: shell.end };
  },
  'a process with the folder in its environment': async ({ folder }) => {
    const within = ['env', `MACHINE_STORAGE_PATH=${folder}`];
    const shell = await startShell({ within, script: ':' });
    return { kind: 'processes', text: `${shell.pid} sh`, remove: shell.end };
  },
  'a process with the folder in its arguments': async ({ folder }) => {
    const shell = await startShell({ script: `: ${folder}` });
    return { kind: 'processes', text: `${shell.pid} sh`, remove: shell.end };
  },
  'a file': async ({ folder }) => {
    const file = join(folder, 'stray');
    writeFileSync(file, '');
    return { kind: 'files', text: file, remove: async () => rmSync(file) };
  },
  'a held lock': async ({ folder }) => {
    const script = 'read -r folder; exec 9<"$folder"; flock 9';
    const shell = await startShell({ script, input: folder });
    return { kind: 'locks', text: 'FLOCK', remove: shell.end };
  },
};

/** A shell that has run `script` and lives until it is killed or its standard input is closed. */
async function startShell({
  within = [],
  script,
  input,
}: {
  within?: readonly string[];
  script: string;
  input?: string;
}): Promise<{ pid: number; end: () => Promise<void> }> {
  const [file, ...args] = [...within, 'sh', '-euc', `${script}; echo ready; read -r never`];
  const { env } = await prepareTools();
  const child = spawn(file ?? 'sh', args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  if (input !== undefined) child.stdin.write(`${input}\n`);
  const ended = once(child, 'exit');
  await Promise.race([
    once(child.stdout, 'data'),
    ended.then(([code]) => Promise.reject(new Error(`"${script}" ended with ${code}`))),
  ]);
  return {
    pid: child.pid ?? 0,
    end: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function ip(line: string): Promise<void> {
  const { env } = await prepareTools();
  await runCommand('ip', line.split(' '), { env });
}

/** Returns an address as the product assigns it; a search for other addresses would find nothing real. */
function macOf(store: Store): string {
  return macAddress(store, '192.168.99.1');
}

/** Creates a cgroup in one hierarchy only, because a search must read all of them. */
function makeCgroup(store: Store): string {
  const folder = join(storeCgroup(mainHierarchy(), store), 'stray');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Removes a cgroup, which may exist a moment longer than its last process. */
async function removeCgroup(store: Store): Promise<void> {
  await removeCgroups(store, 'stray');
  await removeStoreCgroups(store);
}
