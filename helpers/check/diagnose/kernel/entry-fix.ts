import type { Command } from '../../model/command.ts';
import type { Action } from '../../model/diagnosis.ts';
import type { OverlayTables } from '../../model/views/kernel-view.ts';
import { isOverlapping } from '../../derive/ranges.ts';

/** Commands that put entries of an overlay's tables right on that host. */
export function entryAction(
  host: string,
  networkId: string,
  { namespace }: Pick<OverlayTables, 'namespace'>,
  commands: readonly Command[],
  effect: string,
): Action {
  return {
    kind: 'fix',
    host,
    commands: commands.map((command) => ['nsenter', `--net=${namespace}`, ...command]),
    effect,
    restores: { networkId, commands },
  };
}

/** The VXLAN device of the subnet that an address is in: `vxlan1` goes with `br1`. */
export function deviceFor({ vxlans, bridges }: OverlayTables, address: string): string {
  const bridge = bridges.find(({ addresses }) =>
    addresses.some((range) => isOverlapping(range, address)),
  );
  const number = bridge?.name.replace(/^\D+/, '');
  const device = vxlans.find(({ name }) => name.replace(/^\D+/, '') === number) ?? vxlans[0];
  return device?.name ?? 'vxlan0';
}
