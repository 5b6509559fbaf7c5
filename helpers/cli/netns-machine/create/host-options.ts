import type { SwarmRequest } from '../../../machine/machine.ts';
import type { EngineOptions } from '../../../netns/state/machine-config.ts';
import type { FlagValues } from '../flags.ts';

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

/** The machine's part in a classic Swarm, as the options of `create` say it. */
export function swarmRequest(flags: FlagValues): SwarmRequest {
  return {
    master: flags.on('swarm-master'),
    agent: flags.on('swarm'),
    discovery: flags.text('swarm-discovery'),
    image: flags.text('swarm-image'),
    strategy: flags.text('swarm-strategy'),
    host: flags.text('swarm-host'),
    address: flags.text('swarm-addr'),
    opts: flags.list('swarm-opt'),
    joinOpts: flags.list('swarm-join-opt'),
    experimental: flags.on('swarm-experimental'),
  };
}
