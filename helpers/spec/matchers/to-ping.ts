import type { Container } from '../../docker/containers/container.ts';
import { ping, type PingOptions, type PingResult } from '../../docker/containers/ping.ts';
import { attach } from '../../report/results/evidence.ts';
import {
  areExpected,
  describeResolution,
  type TargetLookup,
  lookUpTarget,
} from './target-lookup.ts';

/** The options of the ping and the expected address of the replies. */
export interface PingExpectation extends Omit<PingOptions, 'signal'> {
  /** The expected source address of all replies; default: the address of the target container. */
  readonly address?: string;
}

/**
 * Passes if every ping is answered once from the overlay address of the target. A reply from its bridge address would
 * prove nothing about the overlay.
 */
export async function pings(
  received: Container | Promise<Container>,
  target: string,
  { address, ...options }: PingExpectation = {},
) {
  const lookup = await lookUpTarget(received, target, address);
  const result = await ping(lookup.from, target, options);
  await attach(`ping from ${lookup.who} to ${target}`, result.transcript);
  const wrong = findWrong(result, lookup, options.count ?? 3);
  const { who, over } = lookup;
  return {
    pass: wrong === undefined,
    message: () =>
      `${wrong ?? `${who} gets answers to all ${result.transmitted} pings of ${target}${over}`}\n\n${result.transcript}`,
  };
}

function findWrong(result: PingResult, lookup: TargetLookup, count: number): string | undefined {
  const { who, target, over, addresses } = lookup;
  const { resolvedAddress, transmitted, received, duplicates, from, problems } = result;
  const resolved = resolvedAddress === undefined ? [] : [resolvedAddress];
  // A ping that cannot resolve the name sends nothing and says so.
  if (
    resolved.length === 0 ||
    (addresses !== undefined && !addresses.includes(resolved[0] ?? ''))
  ) {
    return describeResolution(resolved, lookup);
  }
  const [problem] = problems;
  if (problem !== undefined) return `${who} cannot ping ${target}${over}: ${shorten(problem)}`;
  if (transmitted !== count)
    return `${who} sends ${transmitted} pings of ${count} to ${target}${over}`;
  if (received < transmitted) {
    const some = received === 0 ? 'no answer' : `answers only to ${received}`;
    return `${who} gets ${some} ${received === 0 ? 'to' : 'of'} ${transmitted} pings of ${target}${over}`;
  }
  const expected =
    addresses === undefined ? resolved : resolved.filter((one) => addresses.includes(one));
  if (!areExpected(from, { ...lookup, addresses: expected })) {
    return `${who} gets answers to pings of ${target}${over} from ${from.join(', ')}, and not from ${expected.join(', ')}`;
  }
  if (duplicates > 0 || received > transmitted) {
    return `${who} gets more than one answer to a ping of ${target}${over}: ${duplicates} duplicates`;
  }
  return undefined;
}

/** Shortens "sendmsg: Message too long" and "local error: message too long, mtu=1450"; the sender of the error does not matter. */
function shorten(problem: string): string {
  const said = problem.replace(/^(?:sendmsg|local error): /i, '');
  return `${said.charAt(0).toLowerCase()}${said.slice(1)}`;
}
