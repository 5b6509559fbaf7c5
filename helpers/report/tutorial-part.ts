/** Where a spec stands in the report: what it is about, and which part of that. */
export interface TutorialPart {
  readonly epic: string;
  readonly feature: string;
}

const epics: Readonly<Record<string, string>> = {
  seed: 'Seed topology',
  unit: 'Unit specs',
  machine: 'Machines',
  'machine-cli': 'Command line netns-machine',
  cli: 'Command line overlay-e2e',
  netns: 'Built-in provider’s ground',
  workload: 'Workload',
  topology: 'Topologies come and go',
  walkthrough: 'Walk-through',
  report: 'The report itself',
  run: 'The run itself',
};

/** The part that a spec file belongs to, from where it lies: `specs/seed/car-endpoint.spec.ts` is «Car endpoint». */
export function partOf(specFile: string): TutorialPart {
  const [folder = '', ...rest] = specFile.replace(/^.*?specs\//, '').split('/');
  const file = rest.at(-1) ?? folder;
  const name = inWords(file.replace(/(\.spec)?\.ts$/, ''));
  const within = rest.slice(0, -1).map(inWords);
  const feature = within.length === 0 ? name : `${within.join(' / ')}: ${name.toLowerCase()}`;
  return { epic: epics[folder] ?? inWords(folder), feature };
}

function inWords(kebab: string): string {
  const words = kebab.replaceAll('-', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
