import { dirname } from 'node:path';
import type { Machine } from '../machine.ts';
import type { EngineEndpoint } from '../../docker/endpoints/endpoint.ts';

/** An existing engine that the user named. */
export interface GivenEngine {
  /** The user's name for the engine. Default: its hostname. */
  readonly name?: string | undefined;
  /** The user's input: `--engine tcp://10.0.0.1:2376`, `--context far`. */
  readonly givenAs: string;
  readonly url: string;
  readonly endpoint: EngineEndpoint;
  /** The address at which other members of its cluster reach it. Default: the address that the engine reports. */
  readonly address?: string | undefined;
}

/** Returns a machine that is known only by its engine's address. */
export function toMachine(
  { name, givenAs, url, endpoint, address = '' }: GivenEngine,
  found: Partial<Pick<Machine, 'name' | 'address' | 'state'>> = {},
): Machine {
  return {
    name: name ?? ('host' in endpoint ? endpoint.host : endpoint.path),
    address,
    state: 'Error',
    url,
    endpoint,
    engineOptions: [],
    engineLabels: [],
    certificates: endpoint.kind === 'tls' ? dirname(endpoint.caFile) : '',
    givenAs,
    ...found,
  };
}
