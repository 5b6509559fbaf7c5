import type { AddressRange } from '../process/address-range.ts';
import { decideHere } from './choose-provider.ts';
import { providerKinds } from './provider-kinds.ts';

/** Returns the environment variable for the machines' subnet, which depends on the provider. */
export function machineRangeVariable(env: NodeJS.ProcessEnv = process.env): string {
  return providerKinds[decideHere(env).name].rangeVariable(env);
}

/** Returns the address range of the future machines of this run; undefined if only the driver knows it. */
export function expectMachineRange(env: NodeJS.ProcessEnv = process.env): AddressRange | undefined {
  return providerKinds[decideHere(env).name].rangeOf(env);
}
