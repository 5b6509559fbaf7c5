import { isIPv4 } from 'node:net';
import { connectTcp, type TcpResult } from '../../docker/containers/connect-tcp.ts';
import type { Container } from '../../docker/containers/container.ts';
import { resolveName } from '../../docker/containers/ping.ts';
import { attach } from '../../report/results/evidence.ts';
import {
  areExpected,
  describeResolution,
  type TargetLookup,
  lookUpTarget,
} from './target-lookup.ts';

/** The options of a TCP connection. */
export interface ReachOptions {
  /** The TCP port. */
  readonly port: number;
  /** Timeout in seconds; default 5. */
  readonly within?: number;
}

/** Passes if a program in a container can connect to a name over TCP, at the address of that container. */
export async function reaches(
  received: Container | Promise<Container>,
  target: string,
  { port, within = 5 }: ReachOptions,
) {
  const { lookup, wrong, result } = await connectByName(received, target, { port, within });
  const { who, over } = lookup;
  const problem = wrong ?? result?.problem;
  return {
    pass: problem === undefined,
    message: () =>
      wrong ??
      (problem === undefined
        ? `${who} reaches ${target}:${port}${over}`
        : `${who} does not reach ${target}:${port}${over}: ${problem}\n\n${result?.transcript}`),
  };
}

/** The result of an attempt to connect to a name. */
export interface Connecting {
  readonly lookup: TargetLookup;
  /** The error of the name itself; nothing was tried after it. */
  readonly wrong: string | undefined;
  readonly result: TcpResult | undefined;
}

/** Resolves the name inside the container and connects to its address; attaches both steps. */
export async function connectByName(
  received: Container | Promise<Container>,
  target: string,
  how: { readonly port: number; readonly within: number; readonly request?: string },
): Promise<Connecting> {
  const lookup = await lookUpTarget(received, target);
  const { from, who } = lookup;
  const found = isIPv4(target) ? [target] : await resolveName(from, target);
  const [address] = found;
  if (address === undefined || !areExpected(found, lookup)) {
    return { lookup, wrong: describeResolution(found, lookup), result: undefined };
  }
  const result = await connectTcp(from, { address, ...how });
  const outcome = result.problem ?? 'connected';
  await attach(`${who} to ${target}:${how.port}`, `${result.transcript}\n${outcome}`);
  return { lookup, wrong: undefined, result };
}
