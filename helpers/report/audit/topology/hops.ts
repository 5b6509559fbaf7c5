import { portOf } from './ports.ts';
import type { Shown } from './shown.ts';

/** A hop that is broken: from the diagnosis, at its host, to what is not reached from there. */
export interface Hop {
  readonly number: number;
  /** Where it begins and ends in the graph. */
  readonly from: string;
  readonly to: string;
  /** The host that it leads to; -1 is the store, which stands above them. */
  readonly row: number;
  /** And its container; -1 is the host itself. */
  readonly container: number;
  /** Whether it leads downwards. */
  readonly isBelow: boolean;
}

export function hopsOf(shown: Shown): Hop[] {
  return shown.hosts.flatMap(({ host, notes }, index) =>
    notes.flatMap(({ diagnosis: { code, where }, number }): Hop[] => {
      // Told where it does not get to: from where it comes is not one place.
      if (where.host !== host.name) return [];
      const { peer, towards, container } = where;
      const to =
        containerOf(shown, host.name, towards) ??
        containerOf(shown, host.name, container) ??
        hostOf(shown, host.name, peer) ??
        (code.startsWith('keystore-') && shown.store !== undefined
          ? { row: -1, container: -1, at: 'store' }
          : undefined);
      if (to === undefined) return [];
      const from = `h${index}:${portOf.note(number)}`;
      return [
        { number, from, to: to.at, row: to.row, container: to.container, isBelow: to.row > index },
      ];
    }),
  );
}

interface End {
  readonly row: number;
  readonly container: number;
  readonly at: string;
}

/** A container of another host. */
function containerOf({ hosts }: Shown, from: string, name: string | undefined): End | undefined {
  for (const [host, one] of hosts.entries()) {
    const index = one.containers.findIndex((container) => container.name === name);
    if (one.host.name !== from && index !== -1)
      return { row: host, container: index, at: `h${host}:${portOf.container(index)}` };
  }
  return undefined;
}

function hostOf({ hosts }: Shown, from: string, name: string | undefined): End | undefined {
  const index = hosts.findIndex(({ host }) => host.name === name && name !== from);
  return index === -1 ? undefined : { row: index, container: -1, at: `h${index}:${portOf.host}` };
}
