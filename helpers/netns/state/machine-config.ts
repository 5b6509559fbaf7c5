import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';
import { certificatesFolder, machineFolder, type Store } from './store.ts';
import { writeAtomically } from '../../process/files/write-atomically.ts';

/** The fields that docker-machine's drivers store for a machine, and those of this provider. */
export interface NetnsDriver {
  IPAddress: string;
  MachineName: string;
  SSHUser: string;
  SSHPort: number;
  SSHKeyPath: string;
  StorePath: string;
  SwarmMaster: boolean;
  SwarmHost: string;
  SwarmDiscovery: string;
  MACAddress: string;
  /** In MiB; 0 for no limit. */
  Memory: number;
  /** 0 for no limit. */
  CPUs: number;
  /** The engine bundle: a version, `system`, or a folder. */
  Engine: string;
  Egress: boolean;
  /** The number of machines with the first addresses whose MAC addresses the machine knows from the start. */
  FixedNeighbors?: number;
}

export interface EngineOptions {
  ArbitraryFlags: string[];
  Dns: string[] | null;
  GraphDir: string;
  Env: string[];
  Ipv6: boolean;
  InsecureRegistry: string[];
  Labels: string[];
  LogLevel: string;
  StorageDriver: string;
  SelinuxEnabled: boolean;
  TlsVerify: boolean;
  RegistryMirror: string[];
  InstallURL: string;
}

export interface SwarmOptions {
  IsSwarm: boolean;
  Address: string;
  Discovery: string;
  Agent: boolean;
  Master: boolean;
  Host: string;
  Image: string;
  Strategy: string;
  Heartbeat: number;
  Overcommit: number;
  ArbitraryFlags: string[];
  ArbitraryJoinFlags: string[];
  Env: string[] | null;
  IsExperimental: boolean;
}

interface AuthOptions {
  CertDir: string;
  CaCertPath: string;
  CaPrivateKeyPath: string;
  CaCertRemotePath: string;
  ServerCertPath: string;
  ServerKeyPath: string;
  ClientKeyPath: string;
  ServerCertRemotePath: string;
  ServerKeyRemotePath: string;
  ClientCertPath: string;
  ServerCertSANs: string[];
  StorePath: string;
}

/** The drivers of this program's machines: `netns` shares this computer's kernel, `uml` is a machine with its own. */
const drivers = ['netns', 'uml'] as const;
export type DriverName = (typeof drivers)[number];

/** The content of docker-machine's config.json. */
export interface MachineConfig {
  ConfigVersion: 3;
  Driver: NetnsDriver;
  DriverName: DriverName;
  HostOptions: {
    Driver: string;
    Memory: number;
    Disk: number;
    EngineOptions: EngineOptions;
    SwarmOptions: SwarmOptions;
    AuthOptions: AuthOptions;
  };
  Name: string;
}

/** The inputs for a new machine's config. */
export interface ConfigParts {
  /** `netns` when absent. */
  readonly driver?: DriverName | undefined;
  readonly name: string;
  readonly address: string;
  readonly mac: string;
  readonly engine: string;
  readonly memory: number;
  readonly cpus: number;
  readonly egress: boolean;
  readonly fixedNeighbors?: number | undefined;
  readonly tlsSans: readonly string[];
  readonly engineOptions: Partial<EngineOptions>;
  readonly swarmOptions: Partial<SwarmOptions>;
}

/** Returns a new machine's config, with the fields in docker-machine's order. */
export function makeConfig(store: Store, parts: ConfigParts): MachineConfig {
  const certificates = certificatesFolder(store);
  const folder = machineFolder(store, parts.name);
  const swarm: SwarmOptions = {
    IsSwarm: false,
    Address: '',
    Discovery: '',
    Agent: false,
    Master: false,
    Host: 'tcp://0.0.0.0:3376',
    Image: 'swarm:latest',
    Strategy: 'spread',
    Heartbeat: 0,
    Overcommit: 0,
    ArbitraryFlags: [],
    ArbitraryJoinFlags: [],
    Env: null,
    IsExperimental: false,
    ...parts.swarmOptions,
  };
  return {
    ConfigVersion: 3,
    Driver: {
      IPAddress: parts.address,
      MachineName: parts.name,
      SSHUser: 'root',
      SSHPort: 22,
      // The path of docker-machine's key. Access to these machines needs no key.
      SSHKeyPath: join(folder, 'id_rsa'),
      StorePath: store.folder,
      SwarmMaster: swarm.Master,
      SwarmHost: swarm.IsSwarm ? swarm.Host : '',
      SwarmDiscovery: swarm.Discovery,
      MACAddress: parts.mac,
      Memory: parts.memory,
      CPUs: parts.cpus,
      Engine: parts.engine,
      Egress: parts.egress,
      ...omitUndefined({ FixedNeighbors: parts.fixedNeighbors }),
    },
    DriverName: parts.driver ?? 'netns',
    HostOptions: {
      Driver: '',
      Memory: 0,
      Disk: 0,
      EngineOptions: {
        ArbitraryFlags: [],
        Dns: null,
        GraphDir: '',
        Env: [],
        Ipv6: false,
        InsecureRegistry: [],
        Labels: [],
        LogLevel: '',
        StorageDriver: '',
        SelinuxEnabled: false,
        TlsVerify: true,
        RegistryMirror: [],
        InstallURL: 'https://get.docker.com',
        ...parts.engineOptions,
      },
      SwarmOptions: swarm,
      AuthOptions: {
        CertDir: certificates,
        CaCertPath: join(certificates, 'ca.pem'),
        CaPrivateKeyPath: join(certificates, 'ca-key.pem'),
        CaCertRemotePath: '',
        ServerCertPath: join(folder, 'server.pem'),
        ServerKeyPath: join(folder, 'server-key.pem'),
        ClientKeyPath: join(certificates, 'key.pem'),
        ServerCertRemotePath: '',
        ServerKeyRemotePath: '',
        ClientCertPath: join(certificates, 'cert.pem'),
        ServerCertSANs: [...parts.tlsSans],
        StorePath: folder,
      },
    },
    Name: parts.name,
  };
}

export async function writeConfig(store: Store, config: MachineConfig): Promise<void> {
  await writeAtomically(configFile(store, config.Name), JSON.stringify(config, null, 4));
}

/** Returns a machine's config; undefined if the state directory has no such machine. */
export function readConfig(store: Store, name: string): MachineConfig | undefined {
  const file = configFile(store, name);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTDIR'].includes(code)) return undefined;
    if (code !== 'EISDIR') throw error;
    text = '';
  }
  try {
    const config = JSON.parse(text) as MachineConfig;
    if (typeof config.Driver.IPAddress === 'string') return config;
  } catch {
    // Falls through: it is not a config.
  }
  throw new HarnessError({
    code: 'state-unreadable',
    tried: `machine ${name}: read ${file}`,
    observed: 'not the config of a machine',
    hint: `remove the machine, or delete ${file}`,
  });
}

/** Returns true for a machine of this program. netns-machine also stores engines of other hosts, known by their URL. */
export function isOwnConfig(config: MachineConfig | undefined): config is MachineConfig {
  return config !== undefined && drivers.includes(config.DriverName);
}

/** Returns the names of all machines that have a folder in the state directory, in natural order. */
export function listMachineNames(store: Store): string[] {
  let names: string[];
  try {
    names = readdirSync(join(store.folder, 'machines'));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
  const order = new Intl.Collator('en', { numeric: true });
  return names.filter((name) => !name.startsWith('.')).sort((a, b) => order.compare(a, b));
}

function configFile(store: Store, name: string): string {
  return join(machineFolder(store, name), 'config.json');
}
