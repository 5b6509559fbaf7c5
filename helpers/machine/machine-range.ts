import { type AddressRange, parseRange } from '../process/address-range.ts';
import { decideHere } from './choose-provider.ts';

/** The variable that chooses the machines' subnet, of the provider that makes them. */
export function machineRangeVariable(env: NodeJS.ProcessEnv = process.env): string {
  const { name, driver } = decideHere(env);
  return name === 'netns' || driver === 'netns' ? 'E2E_SUBNET' : 'VIRTUALBOX_HOSTONLY_CIDR';
}

/**
 * Where the machines that this run makes will have their addresses; undefined where only the driver knows. The built-in
 * provider takes a free range when it is told none, of which this is all that it chooses from.
 */
export function expectMachineRange(env: NodeJS.ProcessEnv = process.env): AddressRange | undefined {
  const { name, driver } = decideHere(env);
  if (name === 'netns' || driver === 'netns') {
    const chosen = env['E2E_SUBNET'];
    return chosen ? parseRange(chosen) : parseRange('192.168.0.0/16');
  }
  // As VirtualBox' driver has it.
  if (driver === 'virtualbox')
    return parseRange(env['VIRTUALBOX_HOSTONLY_CIDR'] || '192.168.99.1/24');
  return undefined;
}
