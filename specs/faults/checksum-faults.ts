import type { Engine } from '../../helpers/docker/engine.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import type { Fault } from './fault.ts';

/** A machine of the path, and an archive of an image that has `nft` and `ethtool`, by which it is worked upon. */
export interface ChecksumGround {
  readonly provider: MachineProvider;
  readonly tools: { readonly archive: string; readonly tag: string };
}

/** What the tunnel's own header says of the whole packet would be wrong too, and the receiver drop it unopened. */
const noOuterChecksum = 'udp checksum set 0';

const TABLE = 'inet overlay-e2e-checksums';
/** Bits from the tunnel's own UDP header to fields of what it carries: 8 of UDP, 8 of VXLAN, 14 of Ethernet, 20 of IP. */
const CARRIED = { protocol: '@th,312,8', tcpChecksum: '@th,528,16', udpChecksum: '@th,448,16' };

/**
 * What leaves the sender by the tunnel carries a wrong TCP checksum, as an interface's does that was left to reckon it
 * and does not. ICMP passes, and so does UDP; TCP never connects, in either direction: what is dead is what the sender
 * sends. The receiving container counts the errors.
 */
export function breakSentChecksums(ground: ChecksumGround, sender: Engine, link: string): Fault {
  return {
    name: `${sender.machine.name} sends TCP with wrong checksums through the tunnel`,
    inject: async () =>
      await withTools(ground, [sender], async (run) => {
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
 * What comes out of the receiver's interface has wrong checksums, TCP and UDP alike, as from one that joins packets and
 * gets it wrong. The sender has to write checksums at all for that: between two ends of a veth pair nobody does.
 */
export function breakReceivedChecksums(
  ground: ChecksumGround,
  receiver: Engine,
  { sender, link }: { readonly sender: Engine; readonly link: string },
): Fault {
  return {
    name: `${receiver.machine.name} receives wrong checksums through the tunnel`,
    inject: async () =>
      await withTools(ground, [receiver, sender], async (run) => {
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
    // Before connections are looked at.
    `add chain ${TABLE} carried { type filter hook ${hook} priority -400; }`,
    ...rules.map((rule) => `add rule ${TABLE} carried ${rule}`),
  ].join('; ');
}

type RunTool = (on: Engine, argv: readonly [string, ...string[]]) => Promise<void>;

/**
 * Each time that a tool runs, the image is brought if it is not there: an audit in between takes it away again, as it
 * does with what it brings itself.
 */
export async function withTools(
  { provider, tools: { archive, tag } }: ChecksumGround,
  engines: readonly Engine[],
  breakWith: (run: RunTool) => Promise<() => Promise<void>>,
): Promise<() => Promise<void>> {
  const mend = await breakWith(async ({ machine, images }, [program, ...words]) => {
    if (!(await images.has(tag))) await images.load(archive);
    const rights = ['--network=host', '--cap-drop=ALL', '--cap-add=NET_ADMIN'];
    const options = ['--rm', '--pull=never', ...rights, `--entrypoint=${program}`];
    await provider.run(machine.name, ['docker', 'run', ...options, tag, ...words]);
  });
  return async () => {
    await mend();
    for (const engine of engines) {
      if (await engine.images.has(tag)) await engine.images.remove(tag);
    }
  };
}
