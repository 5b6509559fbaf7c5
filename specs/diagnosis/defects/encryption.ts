import type { DiagnosisCode } from '../../../helpers/check/model/codes.ts';
import type { EncryptionLab } from '../../uml/encryption-lab.ts';
import type { FixedDefect } from '../../uml/fixed-defect.ts';
import type { Node } from '../../uml/two-nodes.ts';

/** Sets the source, destination, SPI and key of the state that the worker decrypts packets of the manager with. */
const INCOMING = `
own=$(ip -o -4 address show eth1 | sed 's/.*inet \\([0-9.]*\\).*/\\1/')
policy=$(ip xfrm policy list dir out | sed -n "s/^src \\([0-9.]*\\)\\/32 dst \\([0-9.]*\\)\\/32.*/\\2/p" | head -n 1)
`;

/** A firewall of which its author forgot ESP. */
const OPEN_PORTS = [
  '-p udp --dport 4789 -j ACCEPT',
  '-p udp --dport 7946 -j ACCEPT',
  '-p tcp -j ACCEPT',
  '-p icmp -j ACCEPT',
  '-j DROP',
];

/** A change of the kernel of a node. */
interface ChangedKernel {
  readonly code: DiagnosisCode;
  readonly way: string;
  readonly where: { readonly host: Node; readonly peer?: Node; readonly network?: string };
  /** The node that is changed, if the finding is at another one. */
  readonly at?: Node;
  readonly inject: string;
  /** Restores the worker if the check prints no fix, and otherwise the rest after the fix. */
  readonly undo?: string;
}

// A fix that restarts an engine is typed on the worker: a swarm whose only manager restarts loses its overlays for a while.
const changed: readonly ChangedKernel[] = [
  {
    code: 'encryption-state-missing',
    way: 'another program for IPsec flushes all states',
    where: { host: 'worker', peer: 'manager' },
    inject: 'ip xfrm state flush',
  },
  {
    code: 'encryption-state-missing',
    way: 'the policies are flushed',
    where: { host: 'worker', peer: 'manager' },
    inject: 'ip xfrm policy flush',
  },
  {
    code: 'encryption-key-mismatch',
    way: 'the receiver has another key for the same number',
    where: { host: 'manager', peer: 'worker' },
    at: 'worker',
    inject: `${INCOMING}
for spi in $(ip xfrm state list src "$policy" dst "$own" | sed -n 's/.*proto esp spi \\(0x[0-9a-f]*\\).*/\\1/p'); do
  ip xfrm state delete src "$policy" dst "$own" proto esp spi "$spi"
  ip xfrm state add src "$policy" dst "$own" proto esp spi "$spi" reqid 13681891 mode transport \\
    aead 'rfc4106(gcm(aes))' 0x1111111111111111111111111111111111111111 64
done`,
  },
  {
    code: 'encryption-key-mismatch',
    way: 'the sender uses a key that the receiver never got',
    where: { host: 'worker', peer: 'manager' },
    inject: `${INCOMING}
ip xfrm state add src "$own" dst "$policy" proto esp spi 0x12345678 reqid 13681891 mode transport \\
  aead 'rfc4106(gcm(aes))' 0x2222222222222222222222222222222222222222 64
ip xfrm policy update src "$own/32" dst "$policy/32" proto udp dport 4789 dir out mark 0xd0c4e3 mask 0xffffffff \\
  tmpl src "$own" dst "$policy" proto esp spi 0x12345678 reqid 13681891 mode transport`,
  },
  {
    code: 'encryption-rule-missing',
    way: 'a reload of the firewall deletes the rule that has packets encrypted',
    where: { host: 'manager', network: 'secret' },
    inject: 'iptables -t mangle -F OUTPUT',
  },
  {
    code: 'encryption-rule-missing',
    way: 'a person deletes all rules for incoming packets',
    where: { host: 'worker', network: 'secret' },
    inject: 'iptables -F INPUT',
  },
  {
    code: 'encryption-leak',
    way: 'the kernel encrypts nothing on the network card',
    where: { host: 'worker', peer: 'manager', network: 'secret' },
    inject: 'sysctl -w net.ipv4.conf.eth1.disable_xfrm=1',
  },
  {
    code: 'encryption-leak',
    way: 'a rule of another program removes the mark again',
    where: { host: 'worker', peer: 'manager', network: 'secret' },
    inject: 'iptables -t mangle -A OUTPUT -p udp --dport 4789 -j MARK --set-mark 0',
    undo: 'iptables -t mangle -D OUTPUT -p udp --dport 4789 -j MARK --set-mark 0',
  },
  {
    code: 'esp-blocked',
    way: 'a rule of the receiver drops it',
    where: { host: 'manager', peer: 'worker' },
    at: 'worker',
    inject: 'iptables -I INPUT -p esp -j DROP',
  },
  {
    code: 'esp-blocked',
    way: 'a rule of the sender drops it',
    where: { host: 'worker', peer: 'manager' },
    inject: 'iptables -I OUTPUT -p esp -j DROP',
  },
  {
    code: 'esp-blocked',
    way: 'a firewall of the receiver allows the ports of Docker only',
    where: { host: 'manager', peer: 'worker' },
    at: 'worker',
    inject: OPEN_PORTS.map((rule) => `iptables -A INPUT -i eth1 ${rule}`).join('\n'),
    undo: OPEN_PORTS.map((rule) => `iptables -D INPUT -i eth1 ${rule}`).join('\n'),
  },
];

/** All defects of encrypted networks. */
export const encryptionDefects: readonly FixedDefect<EncryptionLab>[] = changed.map(
  ({ code, way, where, at = where.host, inject, undo }) => ({
    code,
    way,
    inject: async ({ inside }) => {
      await inside(at, inject);
      return where;
    },
    ...(undo === undefined
      ? {}
      : {
          undo: async ({ inside }) => {
            await inside('worker', undo);
          },
        }),
  }),
);
