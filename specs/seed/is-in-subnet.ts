import { BlockList } from 'node:net';

/** Whether the IPv4 address is one of `10.0.9.0/24`. */
export function isInSubnet(address: string, subnet: string): boolean {
  const [base = '', bits = ''] = subnet.split('/');
  const list = new BlockList();
  list.addSubnet(base, Number(bits));
  return list.check(address);
}
