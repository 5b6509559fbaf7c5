import {
  type Backend,
  backendsOfBundle,
  ENGINE_VERSIONS,
} from '../../debian/engines/engine-bundle.ts';
import type { RefuseEngine } from '../cluster-kind.ts';
import { isOlder } from '../is-older.ts';

/** Refuses engines that cannot use that key-value store. */
export function refuseKeyValueEngine(need: Backend): RefuseEngine {
  return ({ version, clusterStore, backends }, build) => {
    if (backends.includes(need)) return undefined;
    const engines = ENGINE_VERSIONS.filter((one) => backendsOfBundle(one)?.includes(need));
    const others = `engine ${engines.join(' or ')}`;
    if (clusterStore) {
      const stores = backends.length === 0 ? '' : `${backends.join(' or ')}, or `;
      return {
        observed: `engine ${version} has no ${scheme(need)}:// (${build})`,
        hint: `use ${stores}${others}`,
      };
    }
    return isOlder(version, [1, 9])
      ? {
          observed: `engine ${version} has no --cluster-store: key-value clusters need 1.9 or newer`,
          hint: `use ${others}`,
        }
      : {
          observed: `engine ${version} has no --cluster-store: key-value clusters need 20.10 or older`,
          hint: `use ${others}, or swarm mode`,
        };
  };
}

function scheme(store: Backend): string {
  return store === 'zookeeper' ? 'zk' : store;
}
