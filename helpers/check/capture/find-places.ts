import { isContainer, splitPlace } from '../../docker/containers/container-names.ts';
import { endpointsOf } from '../derive/endpoints.ts';
import type { QueriedHost } from '../model/observation.ts';
import { valueOf } from '../model/observed.ts';
import {
  type NamespaceFile,
  type NamespaceRole,
  roleInNetwork,
} from '../observe/kernel/read-overlays.ts';
import type { Namespace } from '../probe/namespace.ts';
import { InputError } from '../../process/errors/input-error.ts';
import { suggestName } from '../../process/text/suggest-name.ts';

/** A namespace to record, and its name in the capture. */
export interface CapturePlace {
  readonly host: string;
  /** `container web`, `overlay my-net`, `load balancer of my-net`, `mesh` or `host`. */
  readonly name: string;
  readonly namespace: Namespace;
}

/** A host with the namespaces that its engine keeps. */
export interface ListedHost {
  readonly host: QueriedHost;
  readonly files: readonly NamespaceFile[];
}

/**
 * Returns the namespaces that the words of a capture name, each `HOST`, `[HOST/]CONTAINER` or `[HOST/]NETWORK`. A network
 * stands for its overlay and its load balancer on each host; without words, the hosts and all overlays are meant. An
 * unknown name is an {@link InputError}.
 */
export function findPlaces(
  words: readonly string[],
  listed: readonly ListedHost[],
): readonly CapturePlace[] {
  const all = listed.flatMap(placesOf);
  const wanted =
    words.length === 0
      ? all.filter(({ kind }) => kind !== 'container')
      : words.flatMap((word) => matching(word, all));
  return [...new Set(wanted)].map(({ host, name, namespace }) => ({ host, name, namespace }));
}

interface NamedPlace extends CapturePlace {
  readonly kind: 'host' | 'container' | 'network';
  /** The name that means it. */
  readonly word: string;
  readonly isMeant: (word: string) => boolean;
}

function placesOf({ host, files }: ListedHost): NamedPlace[] {
  const { name } = host;
  const networks = valueOf(host.engine)?.networks ?? [];
  const containers = new Map(
    endpointsOf({ hosts: [host] }).map(({ container, containerId, pid }) => [
      pid,
      { container, containerId },
    ]),
  );
  return [
    { host: name, kind: 'host', name: 'host', ...called(name), namespace: 'host' },
    ...[...containers].map(
      ([pid, { container, containerId }]): NamedPlace => ({
        host: name,
        kind: 'container',
        name: `container ${container}`,
        word: container,
        isMeant: (word) => isContainer(word, { id: containerId, name: container }),
        namespace: { pid },
      }),
    ),
    ...networks.flatMap((network) =>
      files.flatMap((file): NamedPlace[] => {
        const role = roleInNetwork(file.name, network);
        if (role === undefined) return [];
        return [
          {
            host: name,
            kind: 'network',
            name: describeRole(role, network.name),
            ...called(network.name),
            namespace: { path: file.path },
          },
        ];
      }),
    ),
  ];
}

function called(name: string): Pick<NamedPlace, 'word' | 'isMeant'> {
  return { word: name, isMeant: (word) => word === name };
}

/** Returns the name of a part of a network. */
function describeRole(role: NamespaceRole, network: string): string {
  if (role === 'mesh') return 'mesh';
  return role === 'overlay' ? `overlay ${network}` : `load balancer of ${network}`;
}

function matching(word: string, all: readonly NamedPlace[]): readonly NamedPlace[] {
  const { host, name } = splitPlace(word);
  const found = all.filter(
    (place) => place.isMeant(name) && (host === undefined || place.host === host),
  );
  if (found.length > 0) return found;
  throw new InputError({
    code: 'name-unknown',
    subject: word,
    observed: 'no host, container on an overlay, or overlay network has this name',
    hint: suggestName(
      word,
      all.map((place) => place.word),
      'names',
    ),
  });
}
