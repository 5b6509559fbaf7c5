import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test as base } from 'vitest';
import type { Machine } from '../../helpers/machine/machine.ts';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { guardStore } from '../machine/store-guard.ts';
import { type Ended, overlayCommand, type StartedCommand, startCommand } from './command.ts';
import { findTraces, noTraces, pickRunning, type Traces } from './traces.ts';

export { expect } from 'vitest';

/** A state directory for one spec, and the commands that run in it. */
export interface Lab {
  readonly store: string;
  readonly env: Readonly<Record<string, string>>;
  /** Starts `overlay-e2e` with these arguments. */
  start(...args: string[]): StartedCommand;
  /** Starts it with additional environment variables. */
  startWith(more: Readonly<Record<string, string>>, ...args: string[]): StartedCommand;
  /** Runs `overlay-e2e` to its end. */
  run(...args: string[]): Promise<Ended>;
  /** Runs it in another folder than the project's, to which file names are relative. */
  runIn(folder: string, ...args: string[]): Promise<Ended>;
  /** Kills the command and all its descendants with SIGKILL, like the kernel when memory is exhausted. */
  kill(command: StartedCommand): Promise<void>;
  /** Creates one machine, like `netns-machine create`, for specs that need any content in the directory. */
  makeMachine(name: string): Promise<Machine>;
  traces(): Promise<Traces>;
  /** Tears down without the tested commands, after each test, even a failed one. */
  clear(): Promise<void>;
}

/** For a second state directory, call `openLab()` again. */
export const test = base.extend(
  'lab',
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  async ({}, { onCleanup }) => {
    const lab = await openLab();
    onCleanup(() => lab.clear());
    return lab;
  },
);

export async function openLab(): Promise<Lab> {
  const store = await mkdtemp(join(tmpdir(), 'overlay-e2e-store-'));
  guardStore(store);
  const env: Readonly<Record<string, string>> = {
    ...cleanEnvironment(),
    MACHINE_STORAGE_PATH: store,
    E2E_PROVIDER: 'netns',
  };
  const started: StartedCommand[] = [];
  const startIn = (cwd: string | undefined, more: typeof env, args: readonly string[]) => {
    const command = startCommand(overlayCommand, args, { ...env, ...more }, cwd);
    started.push(command);
    return command;
  };
  const startWith = (more: Readonly<Record<string, string>>, ...args: string[]) =>
    startIn(undefined, more, args);
  const start = (...args: string[]) => startWith({}, ...args);
  return {
    store,
    env,
    start,
    startWith,
    run: async (...args) => await start(...args).ended,
    runIn: async (folder, ...args) => await startIn(folder, {}, args).ended,
    kill: async ({ signal, ended }) => {
      signal('SIGKILL', 'group');
      await ended;
    },
    makeMachine: async (name) => await createNetnsProvider({ store }).create({ name }),
    traces: async () =>
      await findTraces(
        store,
        started.filter((one) => one.ownsNumber()).map(({ pid }) => pid),
      ),
    clear: async () => {
      for (const { signal, ended } of started) {
        signal('SIGKILL', 'group');
        await ended;
      }
      const provider = createNetnsProvider({ store });
      await provider.cleanUp();
      await provider.remove((await provider.list()).map(({ name }) => name));
      await provider.cleanUp();
      await rm(store, { recursive: true, force: true });
    },
  };
}

/** Fails unless nothing is left of the lab's state directory. */
export async function expectNothingLeft(lab: Lab): Promise<void> {
  expect(await lab.traces()).toEqual(noTraces);
}

/** Fails unless the same things run in the lab's state directory as before. */
export async function expectUntouched(lab: Lab, before: Traces): Promise<void> {
  expect(pickRunning(await lab.traces())).toEqual(pickRunning(before));
}

/** The variables of the surrounding run that these specs set themselves. */
const decidedHere = ['E2E_KEEP', 'E2E_REUSE', 'E2E_SUBNET', 'E2E_ATTACH'];

function cleanEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || decidedHere.includes(name) ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(entries), NO_COLOR: '1' };
}
