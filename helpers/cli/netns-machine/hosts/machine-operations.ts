import { rm } from 'node:fs/promises';
import type { NetnsProvider } from '../../../machine/netns/provider.ts';
import type { CommandContext } from '../context.ts';

/** The provider, and what docker-machine's commands do beyond its interface. */
export interface MachineOperations {
  readonly provider: NetnsProvider;
  /** Configures a machine's engine again from its config.json. */
  readonly provision: (name: string) => Promise<void>;
  /**
   * Moves a machine to another engine bundle, or restarts its engine. Containers, images and networks stay. The engine
   * runs when this returns.
   */
  readonly changeBundle: (name: string, bundle: string | undefined) => Promise<void>;
  /** Gives a machine a new certificate, by a new authority if asked for, and an engine that uses it. */
  readonly regenerateCertificates: (name: string) => Promise<void>;
  /** Regenerates the CA and the client certificate of the state directory. */
  readonly regenerateAuthority: () => Promise<void>;
}

/** Loads what makes machines: only commands that change one pay for it. */
export async function loadOperations(
  context: Pick<CommandContext, 'storage'>,
): Promise<MachineOperations> {
  const [netns, configs, certificates, bundles, stores] = await Promise.all([
    import('../../../machine/netns/provider.ts'),
    import('../../../netns/state/machine-config.ts'),
    import('../../../netns/state/certificates.ts'),
    import('../../../debian/engines/engine-bundle.ts'),
    import('../../../netns/state/store.ts'),
  ]);
  const provider = netns.createNetnsProvider({ store: context.storage });
  const store = provider.stateDirectory;
  return {
    provider,
    provision: (name) => provider.configureEngine(name),
    changeBundle: async (name, bundle) => {
      const config = provider.config(name);
      config.Driver.Engine = bundle ?? config.Driver.Engine;
      // Before the machine is stopped: a bundle that does not exist must not cost it its engine.
      await bundles.prepareEngineBundle(config.Driver.Engine);
      await provider.stop(name);
      await configs.writeConfig(store, config);
      await provider.start(name);
    },
    regenerateCertificates: async (name) => {
      const { Driver, HostOptions } = provider.config(name);
      const more = HostOptions.AuthOptions.ServerCertSANs;
      const subjects = [Driver.IPAddress, 'localhost', ...more];
      const { Master } = HostOptions.SwarmOptions;
      await certificates.makeMachineCertificates(store, name, subjects, Master);
      await provider.configureEngine(name);
    },
    regenerateAuthority: async () => {
      await rm(stores.certificatesFolder(store), { recursive: true, force: true });
      await certificates.ensureAuthority(store);
    },
  };
}
