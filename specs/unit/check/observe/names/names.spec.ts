import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { observeNames } from '../../../../../helpers/check/observe/names/names.ts';
import type { ObservationContext } from '../../../../../helpers/check/observe/observation-context.ts';
import { withValue } from '../../../../../helpers/check/model/observed.ts';
import type { Probe } from '../../../../../helpers/check/probe/probe.ts';
import { twoHosts } from '../../compare/kernel/two-hosts.ts';

test('an interruption during the questions is one error, which the caller gets', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => {
    process.off('unhandledRejection', note);
  });
  const interruption = new Error('interrupted');
  // In place of the real probe, whose answers end at the same moment for an interruption only.
  const probe = {
    read: async () =>
      ['1 (sleep) S', '10.0.9.2 tomcat-app', 'nameserver 127.0.0.11'].map((text, at) => ({
        path: `/${at}`,
        text,
        cut: false,
      })),
    resolve: async () => {
      await turn();
      throw interruption;
    },
  } as unknown as Probe;
  const { hosts, kind, expectations } = twoHosts();
  const context = {
    options: {},
    signal: new AbortController().signal,
    probes: new Map(hosts.map(({ name }) => [name, withValue(probe)])),
  } as unknown as ObservationContext;
  await expect(observeNames({ kind, expectations, hosts }, context)).rejects.toBe(interruption);
  await turn();
  expect(unhandled).toEqual([]);
});
