import { readFile } from 'node:fs/promises';
import { type EngineWaitOptions, waitForEngine } from '../../docker/endpoints/wait-for-engine.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { isInComputer } from '../../process/rootless.ts';
import { tail } from '../../process/run-command.ts';
import { findInit, hasEngineEnded, readMachineLog } from './boot.ts';
import type { MachineConfig } from '../state/machine-config.ts';
import { engineLogFile, type Store } from '../state/store.ts';

/** Waits until a machine's engine answers a client with a certificate over TCP. */
export async function waitUntilReady(
  store: Store,
  config: MachineConfig,
  signal?: AbortSignal,
): Promise<void> {
  const name = config.Name;
  await waitForEngineOf(config, {
    // Each poll reads the machine's cgroup and connects: shorter intervals take longer than they save.
    every: 40,
    ...(isInComputer() ? { limit: 300_000 } : {}),
    signal,
    evidence: () => readEngineLog(store, name),
    checkAlive: async () => {
      if (findInit(store, name) === undefined) {
        throw new HarnessError({
          code: 'machine-start-failed',
          tried: `machine ${name}: boot`,
          observed: 'the machine has ended',
          evidence: await readMachineLog(store, name),
        });
      }
      if (hasEngineEnded(store, name)) {
        throw engineEnded(config, await readEngineLog(store, name));
      }
    },
  });
}

/** Waits until the engine of a machine with this config.json answers. A HarnessError of `checkAlive` ends the wait. */
export async function waitForEngineOf(
  { Name, Driver, HostOptions }: MachineConfig,
  options: Omit<EngineWaitOptions, 'fatal'>,
): Promise<void> {
  const { CaCertPath, ClientCertPath, ClientKeyPath } = HostOptions.AuthOptions;
  const files = { caFile: CaCertPath, certFile: ClientCertPath, keyFile: ClientKeyPath };
  await waitForEngine(
    { name: Name, endpoint: { kind: 'tls', host: Driver.IPAddress, port: 2376, ...files } },
    { ...options, fatal: (error) => error instanceof HarnessError },
  );
}

/** Returns the last 30 lines of the log of a machine's engine. */
async function readEngineLog(store: Store, name: string): Promise<string> {
  return tail(await readFile(engineLogFile(store, name), 'utf8').catch(() => ''), 30);
}

function engineEnded(config: MachineConfig, log: string): HarnessError {
  const { Memory } = config.Driver;
  const last = tail(log, 1);
  return new HarnessError({
    code: 'engine-not-ready',
    tried: `machine ${config.Name}: start the engine`,
    observed:
      last === ''
        ? 'dockerd ended without a message'
        : `dockerd ended; last line of its log: "${last}"`,
    hint:
      Memory > 0 && last === ''
        ? `give the machine more than ${Memory} MiB: the kernel may have killed dockerd because of its memory limit`
        : (hints.find(([words]) => last.includes(words))?.[1] ?? 'read its log'),
    evidence: log,
  });
}

/** Hints for the last messages of engines. */
const hints: readonly (readonly [words: string, hint: string])[] = [
  [
    'discovery advertise parsing failed',
    'set the engine option cluster-advertise to an interface of the machine that has an address, such as eth1:2376',
  ],
  [
    '--cluster-advertise must be accompanied by --cluster-store',
    'set both engine options, cluster-store and cluster-advertise, or neither',
  ],
];
