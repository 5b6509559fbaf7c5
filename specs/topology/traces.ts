import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openStore } from '../../helpers/netns/state/store.ts';
import { prepareTools } from '../../helpers/debian/tools.ts';
import { readIfThere } from '../../helpers/process/files/read-if-exists.ts';

const run = promisify(execFile);

/**
 * Everything that belongs to one state directory, as text that names the object and its location. All lists are empty
 * if nothing is left.
 */
export interface Traces {
  /** Network namespaces: those with the directory's name, and unnamed ones with its processes or links. */
  readonly namespaces: string[];
  /** Links of the host, and of network namespaces of others. */
  readonly links: string[];
  /** Mounts of the host, and in the mount namespaces of the directory's processes. */
  readonly mounts: string[];
  /** Cgroups in all hierarchies. */
  readonly cgroups: string[];
  readonly processes: string[];
  /** The folder and its content. */
  readonly files: string[];
  /** Locks that the kernel holds on the folder. */
  readonly locks: string[];
}

export const noTraces: Traces = {
  namespaces: [],
  links: [],
  mounts: [],
  cgroups: [],
  processes: [],
  files: [],
  locks: [],
};

/** Programs that run as long as their machine does; others start and end at any time. */
const runningPrograms = /init\.sh|dockerd|containerd|docker-proxy|consul|mariadbd|java|slirp4netns/;

/** Returns the part of the traces that does not change without an action, for comparing two searches. */
export function pickRunning({ processes, mounts, ...rest }: Traces): Traces {
  return {
    ...rest,
    processes: processes.filter((label) => runningPrograms.test(label)),
    mounts: mounts.filter((mount) => !mount.includes(' in mnt:[')),
  };
}

interface Process {
  readonly pid: number;
  readonly label: string;
  readonly isOfStore: boolean;
  /** The numbers of its namespaces; empty if it has just ended. */
  readonly net: string;
  readonly mnt: string;
}

/** The marks that identify everything of a state directory. */
interface Marks {
  readonly folder: string;
  /** Part of the name of each of its cgroups. */
  readonly cgroup: string;
  /** The prefix of its named network namespaces. */
  readonly namespace: string;
  /** The prefix of its links' hardware addresses. */
  readonly mac: string;
  readonly alias: string;
  readonly sessions: ReadonlySet<number>;
}

/**
 * Searches this host for everything that belongs to a state directory. It queries the kernel, and not the harness's own
 * records, because remains are objects that the harness does not know.
 *
 * @param sessions leaders of process groups whose descendants belong to the directory, too: commands that a spec
 * started
 */
export async function findTraces(
  folder: string,
  sessions: readonly number[] = [],
): Promise<Traces> {
  const { id } = openStore(folder);
  const marks: Marks = {
    folder,
    cgroup: `/overlay-e2e/${id}`,
    namespace: `e2e-${id}-`,
    mac: `02:${(id.match(/../g) ?? []).slice(0, 3).join(':')}:`,
    alias: `overlay-e2e-${id}`,
    sessions: new Set(sessions),
  };
  const processes = listProcesses(marks);
  const { namespaces, links } = await findNetworks(marks, processes);
  return {
    namespaces,
    links,
    mounts: findMounts(marks, processes),
    cgroups: findCgroups(marks),
    processes: processes.filter(({ isOfStore }) => isOfStore).map(({ label }) => label),
    files: findFiles(folder),
    locks: findLocks(folder),
  };
}

function listProcesses(marks: Marks): Process[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((name) => {
    const read = (file: string) => readIfThere(`/proc/${name}/${file}`);
    const words = read('cmdline').replaceAll('\0', ' ').trim();
    const session = Number(
      read('stat')
        .replace(/^.*\) /s, '')
        .split(' ')[3],
    );
    const belongs =
      read('cgroup').includes(`${marks.cgroup}/`) ||
      words.includes(marks.folder) ||
      read('environ').includes(marks.folder) ||
      linkOrNothing(`/proc/${name}/cwd`).startsWith(marks.folder) ||
      marks.sessions.has(session);
    return {
      pid: Number(name),
      label: `${name} ${words === '' ? read('comm').trim() : words}`,
      // This process names the folder as well, and a process that has ended is not a trace.
      isOfStore: belongs && Number(name) !== process.pid && !isGone(name),
      net: linkOrNothing(`/proc/${name}/ns/net`),
      mnt: linkOrNothing(`/proc/${name}/ns/mnt`),
    };
  });
}

/** Returns true for a zombie, which only holds its number until its parent waits for it. */
function isGone(pid: string): boolean {
  const state = readIfThere(`/proc/${pid}/stat`).replace(/^.*\) /s, '')[0];
  return state === undefined || state === 'Z' || state === 'X';
}

async function findNetworks(
  marks: Marks,
  processes: readonly Process[],
): Promise<{ namespaces: string[]; links: string[] }> {
  const names = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
  const named = names.filter((name) => name.startsWith(marks.namespace));
  const known = new Set([
    linkOrNothing('/proc/self/ns/net'),
    ...names.map((name) => `net:[${inodeOf(join('/run/netns', name))}]`),
  ]);
  // The oldest process of the directory names a namespace: a later one may be a command that is just ending.
  const unnamed = new Map(
    [
      ...processes.filter(({ isOfStore }) => !isOfStore),
      ...processes.filter(({ isOfStore }) => isOfStore).toReversed(),
    ]
      .filter(({ net }) => net !== '' && !known.has(net))
      .map((one) => [one.net, one]),
  );
  const found = await Promise.all(
    [...unnamed.values()].map(async (one) => {
      const links = await listLinks(['nsenter', `--net=/proc/${one.pid}/ns/net`]);
      const inside = links.filter(({ address }) => address.startsWith(marks.mac));
      return one.isOfStore || inside.length > 0 ? [`${one.net} of ${one.label}`] : [];
    }),
  );
  const onHost = (await listLinks([])).filter(
    ({ address, alias }) => address.startsWith(marks.mac) || alias === marks.alias,
  );
  return {
    namespaces: [...named, ...found.flat()].sort(),
    links: onHost.map(({ name }) => name),
  };
}

/** Returns the links of the network namespace that `enter` enters; none if it has just ended. */
async function listLinks(
  enter: readonly string[],
): Promise<{ name: string; address: string; alias: string }[]> {
  // A minimal system has no ip, but the harness has its own.
  const { env } = await prepareTools();
  const [file, ...args] = [...enter, 'ip', '-json', 'link', 'show'];
  const { stdout } = await run(file ?? 'ip', args, { env }).catch((error: unknown) => {
    if (enter.length > 0) return { stdout: '[]' };
    throw error;
  });
  const rows = JSON.parse(stdout === '' ? '[]' : stdout) as {
    ifname: string;
    address?: string;
    ifalias?: string;
  }[];
  return rows.map(({ ifname, address = '', ifalias = '' }) => ({
    name: ifname,
    address,
    alias: ifalias,
  }));
}

function findMounts(marks: Marks, processes: readonly Process[]): string[] {
  const own = linkOrNothing('/proc/self/ns/mnt');
  const here = listMounts('self', marks);
  // A process that creates a mount namespace, for example for machines of another directory, gets a copy of all mounts
  // and releases it a moment later. So a namespace without processes of this directory does not belong to it.
  const theirs = Map.groupBy(
    processes.filter(({ mnt, isOfStore }) => isOfStore && mnt !== '' && mnt !== own),
    ({ mnt }) => mnt,
  );
  const elsewhere = [...theirs].flatMap(([namespace, members]) => {
    // A process that has just ended has no data.
    const found = members.map((one) => ({ ...one, mounts: listMounts(String(one.pid), marks) }));
    const { label, mounts } = found.find((one) => one.mounts.length > 0) ?? {
      label: '',
      mounts: [],
    };
    return mounts.map((place) => `${place} in ${namespace} of ${label}`);
  });
  return [...here, ...elsewhere];
}

/** Returns the mount points of the directory in the mount namespace of a process. */
function listMounts(pid: string, marks: Marks): string[] {
  return readIfThere(`/proc/${pid}/mountinfo`)
    .split('\n')
    .filter((line) =>
      [marks.folder, marks.cgroup, `/${marks.namespace}`].some((mark) => line.includes(mark)),
    )
    .map((line) => line.split(' ')[4] ?? '');
}

function findCgroups({ cgroup }: Marks): string[] {
  const tops = readIfThere('/proc/self/mountinfo')
    .split('\n')
    .filter((line) => / - cgroup2? /.test(line))
    .map((line) => line.split(' ')[4] ?? '');
  return tops.map((top) => `${top}${cgroup}`).filter((folder) => existsSync(folder));
}

function findFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const below = readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return name === 'machines'
      ? [path, ...readdirSync(path).map((one) => join(path, one))]
      : [path];
  });
  return [folder, ...below];
}

/** Lines of /proc/locks: `1: FLOCK  ADVISORY  WRITE 4711 fe:00:1234 0 EOF`. */
function findLocks(folder: string): string[] {
  const inode = inodeOf(folder);
  return readIfThere('/proc/locks')
    .split('\n')
    .filter((line) => inode !== 0 && line.includes(`:${inode} `));
}

function linkOrNothing(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}

function inodeOf(file: string): number {
  try {
    return statSync(file).ino;
  } catch {
    return 0;
  }
}
