import { dockerMachineKind } from './docker-machine/kind.ts';
import { netnsKind } from './netns/kind.ts';
import { umlKind } from './uml/kind.ts';
import type { ProviderKind, ProviderName } from './provider-kind.ts';

/** The providers by name. */
export const providerKinds: Readonly<Record<ProviderName, ProviderKind>> = {
  netns: netnsKind,
  uml: umlKind,
  'docker-machine': dockerMachineKind,
};

/** Returns the provider with this name, if it exists. */
export function findProviderKind(name: string): ProviderKind | undefined {
  return Object.entries(providerKinds).find(([one]) => one === name)?.[1];
}
