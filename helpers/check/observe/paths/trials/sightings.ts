import { wordOf } from '../../../probe/namespace.ts';
import type { Capture } from '../../../probe/packets.ts';
import { type Hop, hops, type Sighting } from '../../../model/views/paths-view.ts';
import type { TrialPlan } from '../plan/trial-plan.ts';

/** The captures by the key of their trial. */
export type CapturesByKey = ReadonlyMap<
  string,
  readonly { readonly host: string; readonly seen: readonly Capture[] }[]
>;

/** Returns the hops at which a trial's packet was captured, in order. */
export function sightingsOf(
  plan: TrialPlan,
  keys: readonly string[],
  captures: CapturesByKey,
): Sighting[] {
  const all = keys.flatMap((key) =>
    (captures.get(key) ?? []).flatMap(({ host, seen }) => seen.map((one) => ({ host, ...one }))),
  );
  // In an open connection, only its data counts.
  const wasSaid = plan.protocol === 'tcp-large' && all.some(({ what }) => what === 'data');
  const isQuestion = (what: Capture['what']) =>
    wasSaid ? what === 'data' : what === 'request' || what === 'syn';
  const sightings = all.flatMap(({ host, outer, ...one }): Sighting[] => {
    const hop = isQuestion(one.what) ? hopOf(plan, { host, outer, ...one }) : undefined;
    if (hop === undefined) return [];
    const { source: outerSource, destination: outerDestination, vni } = outer ?? {};
    return [{ hop, host, outerSource, outerDestination, vni }];
  });
  const distinct = new Map(sightings.map((one) => [JSON.stringify(one), one]));
  return [...distinct.values()].sort(
    (one, other) => hops.indexOf(one.hop) - hops.indexOf(other.hop),
  );
}

function hopOf(
  { network, sender, receiver, question, place }: TrialPlan,
  { host, namespace, device, direction, outer }: Capture & { readonly host: string },
): Hop | undefined {
  const isInside = network !== undefined;
  if (namespace === 'host') {
    // Overlay packets are captured inside VXLAN; any other capture belongs to another part of the path.
    if (isInside !== (outer !== undefined)) return undefined;
    if (direction === 'out') return host === sender.host ? 'sender-nic' : undefined;
    if (device === 'input') return host === receiver.host ? 'receiver-input' : undefined;
    return host === sender.host && host !== receiver.host ? undefined : 'receiver-nic';
  }
  if (isInside && namespace === wordOf({ overlay: network.id }) && device.startsWith('vxlan')) {
    if (direction === 'out') return host === sender.host ? 'sender-vxlan' : undefined;
    return host === receiver.host ? 'receiver-vxlan' : undefined;
  }
  if (host === sender.host && namespace === wordOf(question.namespace) && direction === 'out') {
    return 'sender';
  }
  return host === receiver.host && namespace === wordOf(place) && direction === 'in'
    ? 'receiver'
    : undefined;
}
