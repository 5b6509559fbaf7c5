import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { type Fault, inMachine } from './fault.ts';
import { flushLearnedMacs, inContainer } from './in-namespaces.ts';

/**
 * Adds the address of another container to this container, as a failover script does. The engine does not notice.
 * Containers on this host reach one of the two.
 *
 * @param address with the length of its prefix
 */
export function setOtherAddress(
  provider: MachineProvider,
  machine: string,
  { container, address, link }: Readonly<Record<'container' | 'address' | 'link', string>>,
): Fault {
  return inMachine(provider, machine, {
    name: `${container} on ${machine} also has the address ${address} of another container`,
    inject: inContainer(container, `ip addr add ${address} dev ${link}`),
    undo: `${inContainer(container, `ip addr del ${address} dev ${link}`)}
      ${flushLearnedMacs}`,
  });
}
