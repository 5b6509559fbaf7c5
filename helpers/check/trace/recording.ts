import type { OverlayEndpoint } from '../derive/endpoints.ts';
import type { TracePlace } from '../model/trace.ts';
import type { PacketRecord, SendResult } from '../probe/follow.ts';
import type { Namespace } from '../probe/namespace.ts';
import type { PlaceTables } from './place-tables.ts';
import type { ResolvedEnds, TraceRequest } from './resolve-ends.ts';

/** Everything that a trace has recorded: plain data, so that it can be kept and described again. */
export interface TraceRecording {
  readonly request: Pick<TraceRequest, 'protocol' | 'port'>;
  readonly ends: ResolvedEnds;
  readonly number: number;
  readonly isEncrypted: boolean;
  /** The namespaces in which packets were recorded. */
  readonly places: readonly { readonly place: TracePlace; readonly namespace: Namespace }[];
  readonly records: readonly { readonly host: string; readonly packets: readonly PacketRecord[] }[];
  /** The tables of overlays before the packet was sent. */
  readonly before: readonly PlaceTables[];
  /** The tables after it was sent. */
  readonly tables: readonly PlaceTables[];
  readonly endpoints: readonly OverlayEndpoint[];
  /** The host of each address. */
  readonly addresses: readonly (readonly [address: string, host: string])[];
  readonly sent: SendResult;
}
