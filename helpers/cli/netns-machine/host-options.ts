import type { EngineOptions, SwarmOptions } from '../../netns/machine-config.ts';
import type { FlagValues } from './flags.ts';

/** config.json's `EngineOptions`, as far as the options of `create` say something else than the provider does. */
export function engineSettings(flags: FlagValues): Partial<EngineOptions> {
  return {
    Env: [...flags.list('engine-env')],
    InsecureRegistry: [...flags.list('engine-insecure-registry')],
    StorageDriver: flags.text('engine-storage-driver'),
    RegistryMirror: [...flags.list('engine-registry-mirror')],
    InstallURL: flags.text('engine-install-url'),
  };
}

/** config.json's `SwarmOptions`. */
export function swarmSettings(flags: FlagValues): Partial<SwarmOptions> {
  return {
    IsSwarm: flags.on('swarm') || flags.on('swarm-master'),
    Address: flags.text('swarm-addr'),
    Discovery: flags.text('swarm-discovery'),
    Agent: flags.on('swarm'),
    Master: flags.on('swarm-master'),
    Host: flags.text('swarm-host'),
    Image: flags.text('swarm-image'),
    Strategy: flags.text('swarm-strategy'),
    ArbitraryFlags: [...flags.list('swarm-opt')],
    ArbitraryJoinFlags: [...flags.list('swarm-join-opt')],
    IsExperimental: flags.on('swarm-experimental'),
  };
}
