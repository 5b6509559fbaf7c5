import { activity } from '../../../process/activity.ts';
import { firstLine } from '../../../process/errors/harness-error.ts';
import { type RequestOrigin, exchangeFromMachine } from '../../request-from-machine.ts';
import { exchangeBytes } from '../../gossip/exchange-bytes.ts';
import type { StoreOptions } from './key-value-store.ts';
import type { StoreAddress } from './store-driver.ts';
import { refusal } from './store-requests.ts';
import {
  readSession,
  writeSession,
  type ZooKeeperReply,
  type ZooKeeperRequest,
} from './zookeeper-protocol.ts';

/**
 * Sends a request to a ZooKeeper and parses everything that it sends until it closes the connection.
 *
 * @param title a description of the request, for messages
 */
export type Exchange = <T>(
  request: Buffer,
  title: string,
  parse: (answer: Buffer) => T,
) => Promise<T>;

/** Connects to a ZooKeeper. Publishes each exchange as an activity unless `quiet` is set. */
export function zooKeeperConnection(place: StoreAddress, options: StoreOptions = {}): Exchange {
  const exchange: Exchange = async (request, _, parse) =>
    parse(await exchangeBytes(place, request, options));
  if (options.quiet === true) return exchange;
  return async (request, title, parse) => {
    const called = `ZooKeeper ${place.address}:${place.port}: ${title}`;
    return await activity('exchange', called, async (report) => {
      try {
        return await exchange(request, title, (answer) => {
          report.output(answer.toString('latin1').replaceAll(/[^ -~\n]+/g, ' '));
          return parse(answer);
        });
      } catch (error) {
        throw refusal(called, firstLine(error), error);
      }
    });
  };
}

/** Connects from inside a machine. */
export function zooKeeperConnectionFrom(place: StoreAddress, origin: RequestOrigin): Exchange {
  return async (request, _, parse) => parse(await exchangeFromMachine(origin, place, request));
}

/**
 * Sends requests in one session, so that ephemeral state disappears afterward.
 *
 * @param answers errors that count as answers
 */
export async function exchangeWithZooKeeper(
  exchange: Exchange,
  requests: readonly ZooKeeperRequest[],
  answers: readonly number[] = [],
): Promise<ZooKeeperReply[]> {
  const [first, ...more] = requests.map(({ line }) => line);
  const title = more.length === 0 ? `${first}` : `${first} and ${more.length} more`;
  return await exchange(writeSession(requests), title, (answer) => {
    const replies = readSession(answer, requests.length);
    replies.forEach(({ error }, index) => {
      if (error === 0 || answers.includes(error)) return;
      throw new Error(`ZooKeeper rejected "${requests[index]?.line}" with error ${error}`);
    });
    return replies;
  });
}
