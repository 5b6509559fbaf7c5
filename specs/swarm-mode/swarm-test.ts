import { test as base, type TestContext } from 'vitest';
import type { JoinTokens } from '../../helpers/docker/swarm/swarm.ts';
import { openNetnsLab, setUpIn } from '../machine/netns-lab.ts';
import { bringUpSwarm, ENGINE, type SwarmLab } from './lab.ts';

export { expect } from 'vitest';

/**
 * Returns a `test` with one swarm for the whole file. Each test removes its containers and services.
 *
 * @param kernel `own` for machines with their own kernel
 */
export function swarmTest(kernel?: 'own') {
  return (
    base
      .extend(
        'swarm',
        { scope: 'file' },
        // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
        async ({}, { onCleanup }): Promise<SwarmLab> => {
          const lab = await openNetnsLab();
          onCleanup(() => lab[Symbol.asyncDispose]());
          return await setUpIn(lab, () => bringUpSwarm(lab, ENGINE, undefined, kernel));
        },
      )
      // Once for all tests that need it, so that no test joins with a token that another test rotates.
      .extend(
        'rotated',
        { scope: 'file' },
        async ({ swarm }): Promise<JoinTokens> => await swarm.manager.swarm.rotateToken('worker'),
      )
  );
}

export const test = swarmTest();

/** A `test` with a swarm, and possibly other fixtures. */
export type SwarmTest = (
  title: string,
  run: (
    context: { readonly swarm: SwarmLab } & Pick<TestContext, 'onTestFinished' | 'skip'>,
  ) => Promise<void>,
) => void;
