import { describe, expect, test } from 'vitest';
import { formatRange, parseAddress } from '../../../../helpers/process/address-range.ts';
import {
  findOverlap,
  type Route,
  withoutDefaultRoute,
} from '../../../../helpers/netns/network/routes.ts';

describe('routes that together lead to the whole Internet are a default route', () => {
  test.for<[string, string[], string[]]>([
    ['both halves, as OpenVPN routes them', ['0.0.0.0/1', '128.0.0.0/1'], []],
    [
      'both halves beside a local network, which stays',
      ['0.0.0.0/1', '128.0.0.0/1', '192.168.99.0/24', '10.1.1.0/24'],
      ['192.168.99.0/24', '10.1.1.0/24'],
    ],
    ['three pieces without multicast', ['0.0.0.0/1', '128.0.0.0/2', '192.0.0.0/3'], []],
    [
      'all but a local network, which fills the hole and stays',
      [
        '0.0.0.0/1',
        '128.0.0.0/2',
        '192.0.0.0/9',
        '192.128.0.0/11',
        '192.160.0.0/13',
        '192.168.0.0/16',
        '192.169.0.0/16',
        '192.170.0.0/15',
        '192.172.0.0/14',
        '192.176.0.0/12',
        '192.192.0.0/10',
        '193.0.0.0/8',
        '194.0.0.0/7',
        '196.0.0.0/6',
        '200.0.0.0/5',
        '208.0.0.0/4',
      ],
      ['192.168.0.0/16'],
    ],
  ])('%s', ([, given, kept]) => {
    const left = withoutDefaultRoute(given.map(route));
    expect(left.map((one) => formatRange(one.range))).toEqual(kept);
  });
});

test('one half alone is an ordinary route', () => {
  const routes = withoutDefaultRoute([route('128.0.0.0/1')]);
  expect(findOverlap(routes, range('192.168.99.0/24'))).toEqual(route('128.0.0.0/1'));
});

test('routes with a gap are ordinary routes', () => {
  const given = ['0.0.0.0/1', '128.0.0.0/2', '200.0.0.0/5'].map(route);
  expect(withoutDefaultRoute(given)).toEqual(given);
});

function route(text: string): Route {
  return { range: range(text), device: 'tun0' };
}

function range(text: string) {
  const [address = '', prefix = ''] = text.split('/');
  return { first: parseAddress(address) ?? 0, prefix: Number(prefix) };
}
