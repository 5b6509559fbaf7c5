import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { quoteForShell, tail } from '../../process/run-command.ts';
import { done, waitFor } from '../../process/waits/wait-for.ts';
import { type AddressRange, formatRange } from '../../process/address-range.ts';
import { cgroupsToJoin } from '../boot/boot.ts';
import { readMachineProcesses } from '../cgroups/cgroup.ts';
import { makeCgroups } from '../cgroups/cgroup-limits.ts';
import { runIp } from './ip.ts';
import { namespaceFile, switchNamespace, EGRESS } from '../state/names.ts';
import { startDetached } from '../boot/start-detached.ts';
import type { Store } from '../state/store.ts';
import { prepareTool } from '../../debian/tools.ts';

type Env = Readonly<Record<string, string>>;

/**
 * Starts the egress of a state directory's network, if it does not run yet, for machines with a route to it. The egress
 * is a program of the host, slirp4netns, at a port of the switch. It opens connections for the machines as any program
 * of the host could. It changes neither the host's forwarding nor its firewall nor its addresses. Requires the lock of
 * the state directory.
 */
export async function ensureEgress(store: Store, range: AddressRange, env: Env): Promise<void> {
  const tool = await prepareTool('slirp4netns', 'slirp4netns');
  if (isThere(store)) return;
  await makeCgroups(store, EGRESS, {});
  const namespace = switchNamespace(store);
  const words = [
    tool.file,
    '--mtu=1500',
    `--cidr=${formatRange(range)}`,
    '--disable-host-loopback',
    '--netns-type=path',
    namespaceFile(namespace),
    tap,
  ];
  const enter = cgroupsToJoin(store, EGRESS).map((cgroup) => `echo $$ >${cgroup}/cgroup.procs`);
  const script = [...enter, `exec ${words.map(quoteForShell).join(' ')}`].join('\n');
  const child = startDetached(['sh', '-euc', script], { log: logFile(store), env: tool.env });
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  await waitFor(
    `state directory ${store.folder}: egress`,
    async () => {
      await runIp('egress: port', [`link set ${tap} master br0 up`], { env, namespace });
      return done(undefined);
    },
    { limit: 60_000, every: 20, fatal: () => ended, evidence: () => readLog(store) },
  ).catch(async (error: unknown) => {
    if (!ended) throw error;
    const log = await readLog(store);
    throw new HarnessError({
      code: 'egress-failed',
      tried: `state directory ${store.folder}: egress`,
      observed: `slirp4netns ended; last line of its log: "${tail(log, 1)}"`,
      hint: 'read its log, or create machines without egress',
      cause: error,
      evidence: log,
    });
  });
}

const tap = 'tap0';

function isThere(store: Store): boolean {
  return readMachineProcesses(store, EGRESS).length > 0;
}

function logFile(store: Store): string {
  return join(store.folder, 'netns', 'egress.log');
}

async function readLog(store: Store): Promise<string> {
  return tail(await readFile(logFile(store), 'utf8').catch(() => ''));
}
