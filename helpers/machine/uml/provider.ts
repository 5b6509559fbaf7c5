import { createNetnsProvider, type NetnsProvider } from '../netns/provider.ts';

/** Creates the built-in provider with an own kernel for each machine: User-mode Linux. */
export function createUmlProvider(
  options: { readonly store?: string | undefined } = {},
): NetnsProvider {
  return createNetnsProvider({ ...options, kernel: 'own' });
}
