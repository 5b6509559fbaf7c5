import type { AddressRange } from '../process/address-range.ts';
import { decideHere } from './choose-provider.ts';
import { providerKinds } from './provider-kinds.ts';

/** The variable that chooses the machines' subnet, of the provider that makes them. */
export function machineRangeVariable(env: NodeJS.ProcessEnv = process.env): string {
  return providerKinds[decideHere(env).name].rangeVariable(env);
}

/** Returns the range of the addresses that machines of this run will have; undefined if only the driver knows it. */
export function expectMachineRange(env: NodeJS.ProcessEnv = process.env): AddressRange | undefined {
  return providerKinds[decideHere(env).name].rangeOf(env);
}
