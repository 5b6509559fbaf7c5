import type { Engine } from '../../helpers/docker/engine.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import type { Fault } from './fault.ts';

/** A provider, and an image with `nft` and `ethtool`, which the machines lack. */
export interface PathTools {
  readonly provider: MachineProvider;
  readonly tools: { readonly archive: string; readonly tag: string };
}

/** The outer UDP checksum would become wrong too, and the receiver would drop the packet before decapsulation. */
const noOuterChecksum = 'udp checksum set 0';

const TABLE = 'inet overlay-e2e-checksums';
/** Bit offsets from the outer UDP header to fields of the inner packet: 8 bytes UDP, 8 VXLAN, 14 Ethernet, 20 IP. */
const CARRIED = { protocol: '@th,312,8', tcpChecksum: '@th,528,16', udpChecksum: '@th,448,16' };

/**
 * Gives VXLAN packets of the sender a wrong inner TCP checksum, like an interface with broken checksum offload. ICMP
 * and UDP pass. TCP never connects in either direction, because the sender's packets are lost. The receiving container
 * counts the errors.
 */
export function breakSentChecksums(tools: PathTools, sender: Engine, link: string): Fault {
  return {
    name: `${sender.machine.name} sends TCP with wrong checksums through the tunnel`,
    inject: async () =>
      await withTools(tools, [sender], async (run) => {
        await run(sender, ['ethtool', '-K', link, 'tx', 'off']);
        const rule = `udp dport 4789 ${CARRIED.protocol} 6 ${CARRIED.tcpChecksum} set 0xdead ${noOuterChecksum}`;
        await run(sender, ['nft', rulesFor('output', [rule])]);
        return async () => {
          await run(sender, ['nft', `delete table ${TABLE}`]);
          await run(sender, ['ethtool', '-K', link, 'tx', 'on']);
        };
      }),
  };
}

/**
 * Gives received VXLAN packets wrong inner TCP and UDP checksums, like an interface that merges packets incorrectly.
 * The sender must compute checksums for this. Over a veth pair, a kernel omits them.
 */
export function breakReceivedChecksums(
  tools: PathTools,
  receiver: Engine,
  { sender, link }: { readonly sender: Engine; readonly link: string },
): Fault {
  return {
    name: `${receiver.machine.name} receives wrong checksums through the tunnel`,
    inject: async () =>
      await withTools(tools, [receiver, sender], async (run) => {
        await run(sender, ['ethtool', '-K', link, 'tx', 'off']);
        const { protocol, tcpChecksum, udpChecksum } = CARRIED;
        const rules = [`${protocol} 6 ${tcpChecksum}`, `${protocol} 17 ${udpChecksum}`].map(
          (field) =>
            `ip saddr ${sender.machine.address} udp dport 4789 ${field} set 0xdead ${noOuterChecksum}`,
        );
        await run(receiver, ['nft', rulesFor('prerouting', rules)]);
        return async () => {
          await run(receiver, ['nft', `delete table ${TABLE}`]);
          await run(sender, ['ethtool', '-K', link, 'tx', 'on']);
        };
      }),
  };
}

function rulesFor(hook: 'output' | 'prerouting', rules: readonly string[]): string {
  return [
    `add table ${TABLE}`,
    // Priority before connection tracking.
    `add chain ${TABLE} carried { type filter hook ${hook} priority -400; }`,
    ...rules.map((rule) => `add rule ${TABLE} carried ${rule}`),
  ].join('; ');
}

type RunTool = (on: Engine, argv: readonly [string, ...string[]]) => Promise<void>;

/** Loads the image before each use of a tool, because a check in between removes it like its own probe image. */
export async function withTools(
  { provider, tools: { archive, tag } }: PathTools,
  engines: readonly Engine[],
  breakWith: (run: RunTool) => Promise<() => Promise<void>>,
): Promise<() => Promise<void>> {
  const undo = await breakWith(async ({ machine, images }, [program, ...words]) => {
    if (!(await images.has(tag))) await images.load(archive);
    const rights = ['--network=host', '--cap-drop=ALL', '--cap-add=NET_ADMIN'];
    const options = ['--rm', '--pull=never', ...rights, `--entrypoint=${program}`];
    await provider.run(machine.name, ['docker', 'run', ...options, tag, ...words]);
  });
  return async () => {
    await undo();
    for (const engine of engines) {
      if (await engine.images.has(tag)) await engine.images.remove(tag);
    }
  };
}
