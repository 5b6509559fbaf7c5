import { findInit } from '../../../netns/boot/boot.ts';
import { openStore } from '../../../netns/state/store.ts';
import { Failure } from '../failure.ts';
import type { CommandContext } from '../context.ts';
import type { Host, HostState } from './host-config.ts';

/** The differences between machines of this program and engines known only by their URL. */
export interface Driver {
  state(context: Pick<CommandContext, 'storage'>, host: Host): HostState;
  url(host: Host): string;
}

/** A machine on this computer. */
const local: Driver = {
  state: ({ storage }, { name }) =>
    findInit(openStore(storage), name) === undefined ? 'Stopped' : 'Running',
  url: ({ config }) => `tcp://${config.Driver.IPAddress}:2376`,
};

const DRIVERS: Readonly<Record<string, Driver>> = {
  netns: local,
  uml: local,
  none: {
    state: () => 'Running',
    url: ({ config }) => config.Driver.URL ?? '',
  },
};

/** The driver of a machine. */
export function driverOf({ config }: Host): Driver {
  const driver = DRIVERS[config.DriverName];
  if (driver === undefined) {
    throw new Failure(
      `Driver "${config.DriverName}" not found. Do you have the plugin binary accessible in your PATH?`,
    );
  }
  return driver;
}
