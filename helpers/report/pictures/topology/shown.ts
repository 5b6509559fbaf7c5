import type { Diagnosis } from '../../../check/model/diagnosis.ts';
import type {
  ClusterMap,
  MappedContainer,
  MappedHost,
  MappedNetwork,
} from '../../text/cluster-map.ts';
import { placeInWords } from '../../../check/model/difference.ts';

/** Containers of a host without an end on an overlay that are shown; the others are counted. */
const bystandersShown = 3;
/** The number of containers with endpoints that are shown, in addition to those named in findings. */
const residentsShown = 12;

/** So many hosts, and what is the same everywhere is said once. */
const crowd = 8;

/** A diagnosis and its number. */
export interface ShownNote {
  readonly diagnosis: Diagnosis;
  readonly number: number;
  /** Its place within the host, as far as there is one. */
  readonly place: string | undefined;
}

export interface ShownContainer extends MappedContainer {
  /** Shows only its name and endpoints. */
  readonly isBrief: boolean;
  /** True for the box of the engine's own endpoints, in a swarm. */
  readonly isEngines: boolean;
}

export interface ShownHost {
  readonly host: MappedHost;
  readonly containers: readonly ShownContainer[];
  /** True if its engine version is that of all others, and shown only once. */
  readonly isUsual: boolean;
  /** The number of containers that are only counted. */
  readonly hidden: number;
  readonly notes: readonly ShownNote[];
}

/** The content of a topology picture. */
export interface Shown {
  /** The common property of many hosts. */
  readonly usual: string | undefined;
  /** All findings in a line each, for a picture longer than a screen. */
  readonly index: readonly string[];
  readonly store: ClusterMap['keystore'];
  readonly hosts: readonly ShownHost[];
  readonly networks: readonly MappedNetwork[];
  /** Diagnoses of no host in particular. */
  readonly notes: readonly ShownNote[];
}

export function chooseShown(map: ClusterMap, diagnoses: readonly Diagnosis[]): Shown {
  const { hosts, keystore: store } = map;
  const names = new Set(hosts.map(({ name }) => name));
  const notes = diagnoses.map((diagnosis, index) => {
    const { host, peer } = diagnosis.where;
    // Of two hosts, the one to be fixed; otherwise the finding is at its first host.
    const culprit = [host, peer].find((one) => one === diagnosis.action?.host);
    const at = [culprit, host, peer].find((one) => one !== undefined && names.has(one));
    return { at, note: { diagnosis, number: index + 1, place: placeWithin(diagnosis, at) } };
  });
  const notesAt = (at: string | undefined) =>
    notes.filter((one) => one.at === at).map(({ note }) => note);
  const isCrowd = hosts.length >= crowd;
  const engine = isCrowd ? mostUsualOf(hosts.map(({ engineVersion }) => engineVersion)) : undefined;
  const networks = map.networks.filter((one) => isWorthShowing(one, hosts, diagnoses));
  return {
    usual:
      engine === undefined ? undefined : `${hosts.length} hosts, engine ${engine} unless noted`,
    index: isCrowd ? diagnoses.map((one, index) => inOneLine(one, index + 1)) : [],
    store,
    hosts: hosts.map((host) => {
      const containers = showContainers(host, { diagnoses, isCrowd, networks });
      return {
        host,
        containers,
        isUsual: engine !== undefined && host.engineVersion === engine,
        hidden: host.containers.length - containers.filter(({ isEngines }) => !isEngines).length,
        notes: notesAt(host.name),
      };
    }),
    networks,
    notes: notesAt(undefined),
  };
}

function inOneLine({ code, where }: Diagnosis, number: number): string {
  return `✖ ${number} ${code}: ${placeInWords(where)}`;
}

function mostUsualOf(values: readonly (string | undefined)[]): string | undefined {
  const known = values.filter((one) => one !== undefined);
  const countOf = (value: string) => known.filter((one) => one === value).length;
  return known.toSorted((one, other) => countOf(other) - countOf(one))[0];
}

function placeWithin({ where }: Diagnosis, at: string | undefined): string | undefined {
  const { host, ...within } = where;
  if (host !== at) return placeInWords(where);
  return Object.values(within).some(Boolean) ? placeInWords(within) : undefined;
}

function showContainers(
  { containers, serviceEndpoints }: MappedHost,
  {
    diagnoses,
    isCrowd,
    networks,
  }: {
    readonly diagnoses: readonly Diagnosis[];
    readonly isCrowd: boolean;
    readonly networks: readonly MappedNetwork[];
  },
): ShownContainer[] {
  const named = new Set(
    diagnoses.flatMap(({ where: { container, towards } }) => [container, towards]),
  );
  const residents = containers.filter(({ endpoints }) => endpoints.length > 0);
  const bystanders = containers.filter(({ endpoints }) => endpoints.length === 0);
  const choose = (among: readonly MappedContainer[], most: number) =>
    among.filter((one, index) => index < most || named.has(one.name));
  const chosen = [...choose(residents, residentsShown), ...choose(bystanders, bystandersShown)];
  const shown = chosen.map((one) => {
    const isPlain = one.status === 'running' && one.ports.length === 0 && !named.has(one.name);
    return { ...one, isBrief: isCrowd && isPlain, isEngines: false };
  });
  const endpoints = networks.flatMap(({ name }) =>
    serviceEndpoints.filter(({ network }) => network === name),
  );
  return isCrowd || endpoints.length === 0 ? shown : [...shown, enginesOwn(endpoints)];
}

/** Represents an engine's own endpoints in a swarm, which balance the traffic of services. */
function enginesOwn(endpoints: MappedHost['serviceEndpoints']): ShownContainer {
  const name = 'engine (services)';
  return {
    name,
    image: '',
    status: 'running',
    endpoints,
    ports: [],
    isBrief: true,
    isEngines: true,
  };
}

/** Returns true if a network is shown: swarm mode's network for external traffic is left out while unused. */
function isWorthShowing(
  { name }: MappedNetwork,
  hosts: readonly MappedHost[],
  diagnoses: readonly Diagnosis[],
): boolean {
  return (
    name !== 'ingress' ||
    hosts.some(({ containers }) =>
      containers.some(({ endpoints }) => endpoints.some(({ network }) => network === name)),
    ) ||
    diagnoses.some(({ where }) => where.network === name)
  );
}
