import { expect, test } from 'vitest';
import { evaluateVirtualBoxRange } from '../../../../helpers/machine/docker-machine/virtualbox-range.ts';

test.each([
  ['6.1.26r145957', undefined, undefined],
  ['5.2.44', '', undefined],
  ['6.1.50r161033', '* 192.168.99.0/24\n', undefined],
  ['7.0.20', '# ours\n*  10.0.0.0/8 192.168.0.0/16\n* 2001::/64', undefined],
  ['7.0.20', '* 0.0.0.0/0 ::/0', undefined],
  ['7.0.20', undefined, '192.168.59.1/24'],
])('VirtualBox %s with the list "%s" allows the range of machines', (version, list, cidr) => {
  expect(evaluateVirtualBoxRange(version, list, cidr)).toMatchObject({ fine: true });
});

test.each([
  ['6.1.28r147628', undefined, undefined, '192.168.99.0/24'],
  ['7.1.0', '', undefined, '192.168.99.0/24'],
  // Users often forget the asterisk.
  ['6.1.30', '192.168.99.0/24', undefined, '192.168.99.0/24'],
  ['7.0.20', '* 192.168.99.0/24', '10.1.2.1/24', '10.1.2.0/24'],
])(
  'VirtualBox %s with the list "%s" does not, and the fix is the line to add',
  (version, list, cidr, range) => {
    expect(evaluateVirtualBoxRange(version, list, cidr)).toMatchObject({
      fine: false,
      observed: expect.stringContaining(`refuses ${range}`),
      fix: expect.stringContaining(`add the line "* ${range}" to /etc/vbox/networks.conf`),
    });
  },
);
