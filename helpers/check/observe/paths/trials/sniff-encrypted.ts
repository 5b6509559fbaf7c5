import type { Capture } from '../../../probe/packets.ts';
import { textOf } from '../../../probe/probe.ts';
import { wordOf } from '../../../probe/namespace.ts';
import type { EncryptedTrial, Trial } from '../../../model/views/paths-view.ts';
import type { ProbeHost } from '../plan/probe-host.ts';
import type { TrialPlan } from '../plan/trial-plan.ts';

/** ESP has no ports. */
const NO_PORT = 0;

/** Starts to capture the senders of ESP packets on all hosts. */
export async function sniffEncrypted(probeHosts: readonly ProbeHost[]): Promise<void> {
  const sources = [...new Set(probeHosts.flatMap(({ addresses }) => addresses))];
  await Promise.all(probeHosts.map(({ packets }) => packets.sniff('esp', NO_PORT, sources)));
}

/**
 * Reads how the packets of encrypted networks passed between hosts: as ESP, or in clear. One echo for each network and
 * ordered pair of hosts is enough.
 */
export async function readEncrypted(
  planned: readonly TrialPlan[],
  trials: readonly Trial[],
  isEncrypted: (networkId: string) => boolean,
): Promise<EncryptedTrial[]> {
  const chosen = new Map<string, { plan: TrialPlan; trial: Trial }>();
  for (const [index, plan] of planned.entries()) {
    const { network, sender, receiver, protocol } = plan;
    const trial = trials[index];
    const key = `${sender.host} ${receiver.host} ${network?.id}`;
    if (trial === undefined || network === undefined || protocol !== 'icmp') continue;
    if (sender === receiver || !isEncrypted(network.id) || chosen.has(key)) continue;
    chosen.set(key, { plan, trial });
  }
  return await Promise.all(
    [...chosen.values()].map(async ({ plan, trial }) => await describe(plan, trial)),
  );
}

async function describe(plan: TrialPlan, trial: Trial): Promise<EncryptedTrial> {
  const { sender, receiver, question } = plan;
  const [sent, sniffed] = await Promise.all([
    sender.packets.captures([question.id]),
    receiver.packets.sniffed('esp', NO_PORT),
  ]);
  const seen = sent.captures.get(question.id) ?? [];
  const clear = seen.find(isInClear);
  const isFrom = (source: string) => sender.addresses.includes(source);
  const { network, networkId } = trial;
  return {
    network: network ?? '',
    networkId: networkId ?? '',
    from: sender.host,
    to: receiver.host,
    answered: trial.answered,
    leftVxlan: seen.some((one) => isOutOfVxlan(one, networkId ?? '')),
    reachedNic: sniffed.nic.some(isFrom),
    letIn: sniffed.input.some(isFrom),
    ...(clear === undefined
      ? {}
      : { clear: { device: clear.device, switches: await readSwitches(sender, clear.device) } }),
  };
}

/** Returns true for a packet in unencrypted VXLAN that leaves the host: the filters of captures do not see into ESP. */
function isInClear({ namespace, device, direction, outer }: Capture): boolean {
  return namespace === 'host' && device !== 'input' && direction === 'out' && outer !== undefined;
}

function isOutOfVxlan({ namespace, device, direction }: Capture, networkId: string): boolean {
  const isThere = namespace === wordOf({ overlay: networkId });
  return isThere && device.startsWith('vxlan') && direction === 'out';
}

/** Returns the names of the settings that have the kernel encrypt nothing on a device and are on. */
async function readSwitches({ probe }: ProbeHost, device: string): Promise<string[]> {
  const names = ['all', device].map((name) => `net.ipv4.conf.${name}.disable_xfrm`);
  const files = await probe.read(names.map(fileOf));
  return names.filter((_, index) => textOf(files[index]).trim() === '1');
}

/** A device may have dots in its name, such as that of a VLAN. */
function fileOf(name: string): string {
  const device = name.slice('net.ipv4.conf.'.length, -'.disable_xfrm'.length);
  return `/proc/sys/net/ipv4/conf/${device}/disable_xfrm`;
}
