import { type Finding, fine, missing } from '../../netns/doctor/host-finding.ts';
import { contains, readRange } from '../../process/address-range.ts';
import { allowRange } from './hints.ts';

const subject = 'host-only range';

/**
 * Checks if VirtualBox allows docker-machine's range. Version 6.1.28 and later allow only listed ranges, or
 * 192.168.56.0/21 without a list: https://www.virtualbox.org/manual/ch06.html#network_hostonly
 *
 * @param version the output of `VBoxManage --version`
 * @param list the content of /etc/vbox/networks.conf; undefined if the file does not exist
 * @param cidr VIRTUALBOX_HOSTONLY_CIDR: the host's address with its prefix length
 */
export function evaluateVirtualBoxRange(
  version: string,
  list: string | undefined,
  cidr = '192.168.99.1/24',
): Finding {
  const [address = '', length = ''] = cidr.split('/');
  const range = `${address.split('.').slice(0, 3).join('.')}.0/${length}`;
  if (!isFrom6128(version))
    return fine(subject, `${range}: VirtualBox ${version} allows any range`);
  const ranges = (list ?? '* 192.168.56.0/21')
    .split('\n')
    .flatMap((line) => (/^\s*\*/.test(line) ? line.replace('*', '').trim().split(/\s+/) : []));
  const own = readRange(address);
  const isAllowed = ranges.map(readRange).some((one) => one && own && contains(one, own));
  if (isAllowed) return fine(subject, `${range} is allowed`);
  const place =
    list === undefined
      ? '/etc/vbox/networks.conf does not exist'
      : '/etc/vbox/networks.conf does not list it';
  return missing(subject, `VirtualBox ${version} refuses ${range}: ${place}`, allowRange(range));
}

function isFrom6128(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  return major * 1e6 + minor * 1e3 + patch >= 6_001_028;
}
