import { test as base } from 'vitest';
import {
  openServiceLab,
  openServiceProvider,
  RESTART_CLEAN,
  type ServiceLab,
} from './service-lab.ts';

/** The provider is a separate fixture: Vitest does not clean up after a fixture that fails. */
export const test = base
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  .extend('provider', { scope: 'file' }, async ({}, { onCleanup }) => {
    const { provider, clear } = await openServiceProvider();
    onCleanup(clear);
    return provider;
  })
  .extend(
    'lab',
    { scope: 'file' },
    async ({ provider }): Promise<ServiceLab> => await openServiceLab(provider),
  )
  // A test that fails may leave a defect or no service: the next one begins with new ones.
  .extend('services', { auto: true }, async ({ lab, onTestFailed }) => {
    onTestFailed(async () => {
      await lab.clear();
      await lab.inside('two', RESTART_CLEAN);
      await lab.serve();
    });
  });
