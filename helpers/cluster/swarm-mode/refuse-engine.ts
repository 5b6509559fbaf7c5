import { ENGINE_VERSIONS } from '../../debian/engines/engine-bundle.ts';
import type { RefuseEngine } from '../cluster-kind.ts';
import { isOlder } from '../is-older.ts';

/** Refuses engines without attachable networks, which containers outside services need. */
export const refuseSwarmEngine: RefuseEngine = ({ version }) => {
  if (!isOlder(version, [1, 13])) return undefined;
  const observed = `engine ${version} has no attachable networks: swarm mode needs 1.13 or newer`;
  return { observed, hint: `use engine ${ENGINE_VERSIONS.join(' or ')}` };
};
