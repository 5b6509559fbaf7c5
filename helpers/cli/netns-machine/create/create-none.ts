import { type CommandContext, say } from '../context.ts';
import { hostOf, socketOf } from '../engine-connection.ts';
import { engineSettings, swarmRequest } from './host-options.ts';

/** Records an existing engine under a machine's name. Only its URL is known. */
export async function createNone(context: CommandContext, name: string): Promise<void> {
  const { flags, storage } = context;
  say('Running pre-create checks...');
  say('Creating machine...');
  const [certificates, configs, files, stores, swarms] = await Promise.all([
    import('../../../netns/state/certificates.ts'),
    import('../../../netns/state/machine-config.ts'),
    import('../../../process/files/write-atomically.ts'),
    import('../../../netns/state/store.ts'),
    import('../../../machine/swarm-containers.ts'),
  ]);
  const store = stores.openStore(storage);
  await certificates.ensureAuthority(store);
  const url = flags.text('url');
  const parts = { name, address: '', mac: '', engine: '', memory: 0, cpus: 0, egress: false };
  const config = configs.makeConfig(store, {
    ...parts,
    tlsSans: flags.list('tls-san'),
    engineOptions: {
      ...engineSettings(flags),
      ArbitraryFlags: [...flags.list('engine-opt')],
      Labels: [...flags.list('engine-label')],
    },
    swarmOptions: swarms.swarmOptionsOf(swarmRequest(flags)),
  });
  const folder = stores.machineFolder(store, name);
  await files.makePrivateFolder(folder);
  const whole = {
    ...config,
    Driver: {
      IPAddress: socketOf(url) === undefined ? hostOf(url) : '',
      MachineName: name,
      SSHUser: '',
      SSHPort: 0,
      SSHKeyPath: '',
      StorePath: store.folder,
      SwarmMaster: false,
      SwarmHost: '',
      SwarmDiscovery: '',
      URL: url,
    },
    DriverName: 'none',
  };
  await files.writeAtomically(`${folder}/config.json`, JSON.stringify(whole, null, 4));
}
