import type { EngineInfo } from '../../docker/info.ts';
import type { Observation } from '../model/observation.ts';
import { valueOf } from '../model/observed.ts';
import { parseStoreUrls } from '../model/store-urls.ts';
import type { AuditTarget, TargetStore } from '../model/target.ts';
import type { QueriedHost } from '../model/observation.ts';

/** Returns the cluster kind: from the target, or else from most engines. */
export function clusterKindOf(
  { kind, store }: Pick<AuditTarget, 'kind' | 'store'>,
  hosts: readonly QueriedHost[],
): Observation['kind'] {
  if (kind !== undefined) return kind;
  if (store !== undefined) return 'key-value';
  const infos = infosOf(hosts);
  const withStore = infos.filter(({ clusterStore }) => clusterStore !== undefined).length;
  const inSwarm = infos.filter(({ swarm }) => swarm !== 'inactive').length;
  if (withStore === 0 && inSwarm === 0) return 'unknown';
  return withStore >= inSwarm ? 'key-value' : 'swarm-mode';
}

/** Returns the servers of the key-value store: from the target, or else from most engines. */
export function storesOf(
  { store }: Pick<AuditTarget, 'store'>,
  hosts: readonly QueriedHost[],
): TargetStore[] {
  if (store !== undefined) return [store];
  const urls = infosOf(hosts).flatMap(({ clusterStore }) => clusterStore ?? []);
  const [most] = [...Map.groupBy(urls, (url) => url)].toSorted(
    ([, some], [, others]) => others.length - some.length,
  );
  return most === undefined ? [] : parseStoreUrls(most[0]);
}

function infosOf(hosts: readonly QueriedHost[]): EngineInfo[] {
  return hosts.flatMap(({ engine }) => valueOf(engine)?.info ?? []);
}
