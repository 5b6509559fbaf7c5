import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { type Fault, inMachine } from './fault.ts';
import { forgetLearntMacs, inContainer } from './in-namespaces.ts';

/**
 * Someone sets the address of another container in the namespace of this one, as a script for a failover does. The engine
 * does not notice. Containers of this host reach one or the other.
 *
 * @param address with the length of its prefix
 */
export function setOtherAddress(
  provider: MachineProvider,
  machine: string,
  { container, address, link }: Readonly<Record<'container' | 'address' | 'link', string>>,
): Fault {
  return inMachine(provider, machine, {
    name: `${container} on ${machine} has the address ${address} of another container, too`,
    inject: inContainer(container, `ip addr add ${address} dev ${link}`),
    undo: `${inContainer(container, `ip addr del ${address} dev ${link}`)}
      ${forgetLearntMacs}`,
  });
}
