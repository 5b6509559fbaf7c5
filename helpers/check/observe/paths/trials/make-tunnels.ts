import type { OverlayEndpoint } from '../../../derive/endpoints.ts';
import { wordOf } from '../../../probe/namespace.ts';
import type { InjectedPacket } from '../../../probe/packets.ts';
import type { TunnelTrial } from '../../../model/views/paths-view.ts';
import { listenerAt, type ProbeHost } from '../plan/probe-host.ts';
import { sendUntilSeen } from './send-until-seen.ts';
import type { NumberTrial } from '../plan/trial-plan.ts';

/** A tunnel to be tried, by a frame from one real end to another. */
export interface TunnelPlan {
  readonly from: OverlayEndpoint;
  readonly to: OverlayEndpoint;
  readonly sender: ProbeHost;
  readonly receiver: ProbeHost;
  readonly vni: number;
}

/** Writes VXLAN packets past the senders' tables, and looks whether they come out at the other ends. */
export async function makeTunnels(
  plans: readonly TunnelPlan[],
  number: NumberTrial,
): Promise<TunnelTrial[]> {
  const numbered = plans.flatMap((plan) => {
    const packet = packetFor(plan, number());
    return packet === undefined ? [] : [{ ...plan, packet }];
  });
  const { captures, errors } = await sendUntilSeen(
    'tunnels: injected packets arrive',
    numbered,
    ({ to }, seen) => seen.some(({ namespace, device }) => isOut(namespace, device, to)),
  );
  return numbered.map(({ from, to, packet: { id } }): TunnelTrial => {
    const seen = captures.get(id) ?? [];
    const cameOut = seen.some(({ namespace, device }) => isOut(namespace, device, to));
    const letIn = cameOut || seen.some(({ device }) => device === 'input');
    const reachedNic = letIn || seen.some(({ namespace }) => namespace === 'host');
    return {
      network: from.network,
      networkId: from.networkId,
      from: from.host,
      to: to.host,
      reachedNic,
      letIn,
      cameOut,
      error: errors.get(id),
    };
  });
}

function isOut(namespace: string, device: string, { networkId }: OverlayEndpoint): boolean {
  return namespace === wordOf({ overlay: networkId }) && device.startsWith('vxlan');
}

function packetFor(
  { from, to, receiver, vni }: TunnelPlan,
  id: string,
): InjectedPacket | undefined {
  const goal = listenerAt(receiver, { pid: to.pid });
  if (receiver.address === undefined || 'error' in goal) return undefined;
  return {
    id,
    kind: 'tunnel',
    host: receiver.address,
    vxlanPort: receiver.vxlanPort,
    vni,
    toMac: to.mac,
    fromMac: from.mac,
    source: from.address,
    destination: to.address,
    port: goal.udp,
  };
}
