import { expect, test } from 'vitest';
import { readSnmpCounter } from '../../../../../helpers/check/observe/paths/trials/checksum-errors.ts';

const file = `Ip: Forwarding DefaultTTL InReceives
Ip: 1 64 6
Tcp: RtoAlgorithm InErrs OutRsts InCsumErrors
Tcp: 1 0 0 7
Udp: InDatagrams NoPorts
Udp: 3 0
UdpLite: InDatagrams InCsumErrors
UdpLite: 0 9
`;

test('A counter of the kernel is that of its protocol, and 0 without one', () => {
  expect(readSnmpCounter(file, 'Tcp', 'InCsumErrors')).toBe(7);
  expect(readSnmpCounter(file, 'Udp', 'InCsumErrors')).toBe(0);
});
