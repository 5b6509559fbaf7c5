import { type Difference, type DifferenceKind } from '../../model/difference.ts';
import { ruleFor } from '../rule.ts';

/** Symptoms of packets that a full table drops, at random. */
const lossy: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  'packets-lost',
  'container-path-dead',
  'tunnel-dead',
  'host-path-dead',
  'gossip-path-dead',
  'manager-path-dead',
  'port-silent',
]);

/** A table of tracked connections without room: the first packet of each further connection is dropped. */
export const conntrackFull = ruleFor('connections-refused', 'conntrack-table-full', {
  consequences: ({ where: { host } }, open) =>
    open.filter(
      (one) => lossy.has(one.kind) && (one.where.host === host || one.where.peer === host),
    ),
  action: ({ where: { host }, observed: { capacity } }) => ({
    kind: 'fix',
    host,
    commands: [['sysctl', '-w', `net.netfilter.nf_conntrack_max=${capacity * 2}`]],
    effect:
      'Doubles the room for connections until the next start. Find out which program opens so many, and keep the setting in /etc/sysctl.d.',
  }),
});

/** A VXLAN device that has the number of an overlay: the engine cannot create its own ("file exists"). */
export const vxlanDeviceForeign = ruleFor('vxlan-taken', 'vxlan-device-foreign', {
  consequences: ({ where: { host, network } }, open) =>
    open.filter((one) => isOfNetwork(one, host, network) || isTaskOf(one, network)),
  action: ({ where: { host }, observed: { device } }) => ({
    kind: 'fix',
    host,
    commands: [['ip', 'link', 'delete', device]],
    effect: `Deletes the device ${device}. If another program created it, give its network another number first.`,
  }),
});

function isOfNetwork(
  { kind, where }: Difference,
  host: string | undefined,
  network: string | undefined,
): boolean {
  return kind === 'vxlan-mismatch' && where.host === host && where.network === network;
}

function isTaskOf(one: Difference, network: string | undefined): boolean {
  return (
    one.kind === 'task-stuck' &&
    /file exists/.test(one.observed.error) &&
    one.observed.networks.includes(network ?? '')
  );
}
