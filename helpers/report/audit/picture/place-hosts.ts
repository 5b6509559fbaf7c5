import type { Diagnosis } from '../../../check/diagnosis.ts';
import type { ClusterMap, MappedContainer, MappedHost, MappedNetwork } from '../cluster-map.ts';
import { placeInWords } from '../place-in-words.ts';

/** Everything that is drawn stands below one another: hosts in a column, the networks as lines beside them. */
export const margin = 16;
export const cardWidth = 372;
const header = 50;
const gap = 18;
const laneWidth = 22;

/** Containers of a host without an end on an overlay that are shown; the others are counted. */
const bystandersShown = 3;
/** And those with one; any that a diagnosis names besides. */
const residentsShown = 12;

export interface PlacedContainer {
  readonly container: MappedContainer;
  readonly y: number;
  readonly height: number;
}

interface Numbered {
  readonly diagnosis: Diagnosis;
  readonly number: number;
}

/** A diagnosis where it is told, and its number. */
export interface PlacedNote extends Numbered {
  readonly y: number;
  readonly bottom: number;
  /** Its place within the host, as far as there is one. */
  readonly place: string | undefined;
}

export interface PlacedHost {
  readonly host: MappedHost;
  readonly y: number;
  readonly height: number;
  readonly containers: readonly PlacedContainer[];
  /** How many are not shown, and where that is said. */
  readonly hidden: { readonly count: number; readonly y: number };
  readonly notes: readonly PlacedNote[];
}

/** A network as a line beside the hosts, and its letter: colours alone tell nobody enough. */
export interface PlacedNetwork {
  readonly network: MappedNetwork;
  readonly letter: string;
  readonly color: number;
  readonly x: number;
}

export interface Placed {
  readonly hosts: readonly PlacedHost[];
  readonly networks: readonly PlacedNetwork[];
  /** Diagnoses of no host in particular. */
  readonly notes: readonly PlacedNote[];
  readonly storeY: number | undefined;
  readonly bottom: number;
  /** Where the lines of the networks end. */
  readonly right: number;
}

/** Where all of it stands, from top to bottom: the head with a line for each network, the store, the hosts. */
export function placeHosts(
  { hosts, store, networks }: ClusterMap,
  diagnoses: readonly Diagnosis[],
  { top, networkColors }: { readonly top: number; readonly networkColors: number },
): Placed {
  const numbered = diagnoses.map((diagnosis, index) => ({ diagnosis, number: index + 1 }));
  const names = new Set(hosts.map(({ name }) => name));
  const shown = networks.filter((one) => isWorthShowing(one, hosts, diagnoses));
  let y = top + shown.length * 20 + 14;
  const wide = numbered.filter(({ diagnosis: { where } }) => !names.has(where.host ?? ''));
  const notes = placeNotes(wide, y);
  y = (notes.at(-1)?.bottom ?? y - 8) + 8;
  const storeY = store === undefined ? undefined : y;
  if (store !== undefined) y += 42 + gap;
  const placed = hosts.map((host) => {
    const own = numbered.filter(({ diagnosis }) => diagnosis.where.host === host.name);
    const one = placeHost(host, y, own, diagnoses);
    y += one.height + gap;
    return one;
  });
  return {
    hosts: placed,
    networks: shown.map((network, index) => ({
      network,
      letter: letterOf(index),
      color: index % networkColors,
      x: margin + cardWidth + laneWidth * (index + 1),
    })),
    notes,
    storeY,
    bottom: y,
    right: margin + cardWidth + laneWidth * (shown.length + 1),
  };
}

function placeHost(
  host: MappedHost,
  top: number,
  own: readonly Numbered[],
  diagnoses: readonly Diagnosis[],
): PlacedHost {
  const named = new Set(
    diagnoses.flatMap(({ where: { container, towards } }) => [container, towards]),
  );
  const chosen = chooseContainers(host.containers, named);
  let y = top + header - 2;
  const containers = chosen.map((container) => {
    const height = Math.max(40, 14 + container.ends.length * 18);
    const one = { container, y, height };
    y += height + 6;
    return one;
  });
  const hidden = { count: host.containers.length - chosen.length, y: y + 12 };
  if (hidden.count > 0) y += 20;
  const notes = placeNotes(own, y);
  y = notes.at(-1)?.bottom ?? y;
  return { host, y: top, height: y - top + 6, containers, hidden, notes };
}

function placeNotes(notes: readonly Numbered[], top: number): PlacedNote[] {
  let y = top;
  return notes.map((note) => {
    const { host: _, ...within } = note.diagnosis.where;
    const place = Object.values(within).some(Boolean) ? placeInWords(within) : undefined;
    const one = { ...note, place, y, bottom: y + (place === undefined ? 24 : 40) };
    y = one.bottom;
    return one;
  });
}

function chooseContainers(
  containers: readonly MappedContainer[],
  named: ReadonlySet<string | undefined>,
): MappedContainer[] {
  const residents = containers.filter(({ ends }) => ends.length > 0);
  const bystanders = containers.filter(({ ends }) => ends.length === 0);
  const isChosen = (among: readonly MappedContainer[], most: number, one: MappedContainer) =>
    among.indexOf(one) < most || named.has(one.name);
  return [
    ...residents.filter((one) => isChosen(residents, residentsShown, one)),
    ...bystanders.filter((one) => isChosen(bystanders, bystandersShown, one)),
  ];
}

/** Swarm mode has a network of its own for what comes from outside; while nothing is on it, it is only in the way. */
function isWorthShowing(
  { name }: MappedNetwork,
  hosts: readonly MappedHost[],
  diagnoses: readonly Diagnosis[],
): boolean {
  if (name !== 'ingress') return true;
  return (
    hosts.some((host) =>
      host.containers.some(({ ends }) => ends.some((end) => end.network === name)),
    ) || diagnoses.some(({ where }) => where.network === name)
  );
}

function letterOf(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : `${letter}${Math.floor(index / 26)}`;
}
