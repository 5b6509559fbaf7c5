/** The place of a spec in the report: its subject, and the part of it. */
export interface TutorialPart {
  readonly epic: string;
  readonly feature: string;
}

const epics: Readonly<Record<string, string>> = {
  seed: 'Tutorial on seed',
  etcd: 'Tutorial on etcd',
  zookeeper: 'Tutorial on zookeeper',
  'swarm-mode': 'Tutorial on swarm-mode',
  'classic-swarm': 'Tutorial on classic-swarm',
  unit: 'Unit specs',
  machine: 'Machines',
  'machine-cli': 'netns-machine command',
  cli: 'overlay-e2e command',
  netns: 'Built-in provider',
  workload: 'Workload',
  topology: 'Topologies',
  walkthrough: 'Walk-through',
  report: 'Report',
  run: 'Run',
};

/**
 * Returns the part that a spec file belongs to, by its path: `specs/seed/car-endpoint.spec.ts` is "Car endpoint".
 *
 * @param topology of its specs; each cluster kind has one
 */
export function partOf(specFile: string, topology?: string): TutorialPart {
  const [folder = '', ...rest] = specFile.replace(/^.*?specs\//, '').split('/');
  const file = rest.at(-1) ?? folder;
  const name = inWords(file.replace(/(\.(?:spec|test))?\.[cm]?[jt]sx?$/, ''));
  const within = rest.slice(0, -1).map(inWords);
  const feature = within.length === 0 ? name : `${within.join(' / ')}: ${name.toLowerCase()}`;
  return { epic: topology === undefined ? epicOf(folder) : epicOf(topology), feature };
}

/** Returns the top-level heading for a folder's or topology's specs: `etcd`, or with an engine `etcd@20.10.24`. */
export function epicOf(name: string): string {
  const [what = '', engine] = name.split(/@(.*)/);
  const epic = epics[what] ?? inWords(what);
  return engine === undefined ? epic : `${epic} on engine ${engine}`;
}

function inWords(kebab: string): string {
  const words = kebab.replaceAll('-', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
