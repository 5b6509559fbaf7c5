import { portOf } from './ports.ts';
import type { Shown } from './shown.ts';

/** A broken hop: from the finding at its host to its unreachable target. */
export interface Hop {
  readonly number: number;
  /** The index of the host at which it begins. */
  readonly from: number;
  readonly to: Target;
}

interface Target {
  /** The index of the host; -1 for the store at the top. */
  readonly host: number;
  /** The index of the container on that host; -1 for the host itself. */
  readonly container: number;
  /** Its place in the graph. */
  readonly at: string;
}

export function hopsOf(shown: Shown): Hop[] {
  return shown.hosts.flatMap(({ host, notes }, from) =>
    notes.flatMap(({ diagnosis: { code, where }, number }): Hop[] => {
      // A finding at its target has no single origin.
      if (where.host !== host.name) return [];
      const { peer, towards, container } = where;
      const to =
        findContainer(shown, from, towards) ??
        findContainer(shown, from, container) ??
        findHost(shown, from, peer) ??
        (code.startsWith('keystore-') ? findStore(shown) : undefined);
      return to === undefined ? [] : [{ number, from, to }];
    }),
  );
}

/** A container of another host. */
function findContainer(
  { hosts }: Shown,
  from: number,
  name: string | undefined,
): Target | undefined {
  for (const [host, { containers }] of hosts.entries()) {
    const container = containers.findIndex((one) => one.name === name);
    if (host === from || container === -1) continue;
    return { host, container, at: `h${host}:${portOf.container(container)}` };
  }
  return undefined;
}

function findHost({ hosts }: Shown, from: number, name: string | undefined): Target | undefined {
  const host = hosts.findIndex((one, index) => index !== from && one.host.name === name);
  return host === -1 ? undefined : { host, container: -1, at: `h${host}:${portOf.host}` };
}

function findStore({ store }: Shown): Target | undefined {
  return store === undefined ? undefined : { host: -1, container: -1, at: 'store' };
}
