import type { Engine } from '../../docker/engine.ts';
import type { NodeDepartures } from '../model/views/swarm-view.ts';

/** Seconds. */
const RECENT = 3600;

/**
 * Returns the nodes that went down within the last hour. An engine keeps its last 256 events of all kinds: of a busy
 * manager, they cover less than an hour.
 *
 * @param systemTime the manager's time: this time has passed, so the engine ends its answer immediately
 */
export async function findDepartures(
  manager: Engine,
  systemTime: string,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<NodeDepartures[] | undefined> {
  const now = Math.floor(Date.parse(systemTime) / 1000);
  if (Number.isNaN(now)) return undefined;
  const events = await manager.followEvents({
    since: now - RECENT,
    until: now,
    types: ['node'],
    limit,
    signal: AbortSignal.any([signal, AbortSignal.timeout(limit)]),
  });
  const times = new Map<string, number>();
  for await (const { type, action, id, attributes } of events) {
    if (type !== 'node' || action !== 'update' || attributes['state.new'] !== 'down') continue;
    times.set(id, (times.get(id) ?? 0) + 1);
  }
  return [...times].map(([nodeId, count]) => ({ nodeId, times: count }));
}
