import { dirname } from 'node:path';
import type { Machine } from '../machine.ts';
import type { EngineEndpoint } from '../../docker/endpoints/endpoint.ts';

/** An engine that exists already, as the user named it. */
export interface GivenEngine {
  /** What the user calls it; its own hostname when absent. */
  readonly name?: string | undefined;
  /** The user's words for it: `--engine tcp://10.0.0.1:2376`, `--context far`. */
  readonly givenAs: string;
  readonly url: string;
  readonly endpoint: EngineEndpoint;
  /** Where the others of its cluster find it; what the engine itself says when absent. */
  readonly address?: string | undefined;
}

/** A machine that is known by no more than its engine's endpoint. */
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
