import { dockerMachineKind } from './docker-machine/kind.ts';
import { netnsKind } from './netns/kind.ts';
import type { ProviderKind, ProviderName } from './provider-kind.ts';

/** The providers that create machines, by the names that E2E_PROVIDER has for them. */
export const providerKinds: Readonly<Record<ProviderName, ProviderKind>> = {
  netns: netnsKind,
  'docker-machine': dockerMachineKind,
};

/** Returns the provider with that name, if there is one. */
export function findProviderKind(name: string): ProviderKind | undefined {
  return Object.entries(providerKinds).find(([one]) => one === name)?.[1];
}
