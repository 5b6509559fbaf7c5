import { readFile } from 'node:fs/promises';
import { waitForEngine } from '../../docker/endpoints/wait-for-engine.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { tail } from '../../process/run-command.ts';
import { findInit, hasEngineEnded, readMachineLog } from './boot.ts';
import type { MachineConfig } from '../state/machine-config.ts';
import { engineLogFile, type Store } from '../state/store.ts';

/** Waits until a machine's engine answers a client with a certificate on TCP. */
export async function waitUntilReady(
  store: Store,
  config: MachineConfig,
  signal?: AbortSignal,
): Promise<void> {
  const name = config.Name;
  const { CaCertPath, ClientCertPath, ClientKeyPath } = config.HostOptions.AuthOptions;
  const files = { caFile: CaCertPath, certFile: ClientCertPath, keyFile: ClientKeyPath };
  await waitForEngine(
    { name, endpoint: { kind: 'tls', host: config.Driver.IPAddress, port: 2376, ...files } },
    {
      every: 10,
      signal,
      fatal: (error) => error instanceof HarnessError,
      evidence: () => readEngineLog(store, name),
      checkAlive: async () => {
        if (findInit(store, name) === undefined) {
          throw new HarnessError({
            code: 'machine-start-failed',
            tried: `machine ${name}: boot`,
            observed: 'it has ended',
            evidence: await readMachineLog(store, name),
          });
        }
        if (hasEngineEnded(store, name)) {
          throw engineEnded(config, await readEngineLog(store, name));
        }
      },
    },
  );
}

/** The end of what a machine's engine logged. */
async function readEngineLog(store: Store, name: string): Promise<string> {
  return tail(await readFile(engineLogFile(store, name), 'utf8').catch(() => ''), 30);
}

function engineEnded(config: MachineConfig, log: string): HarnessError {
  const { Memory } = config.Driver;
  const last = tail(log, 1);
  return new HarnessError({
    code: 'engine-not-ready',
    tried: `machine ${config.Name}: start the engine`,
    observed: last === '' ? 'dockerd has ended without a word' : `dockerd has ended, «${last}»`,
    remedy:
      Memory > 0 && last === ''
        ? `it may have been killed for memory: give it more than ${Memory} MiB`
        : (remedies.find(([words]) => last.includes(words))?.[1] ?? 'its log tells why'),
    evidence: log,
  });
}

/** What there is to do about what engines say last. */
const remedies: readonly (readonly [words: string, remedy: string])[] = [
  [
    'discovery advertise parsing failed',
    'name an interface that the machine has, with its address, in the engine option cluster-advertise: eth1:2376',
  ],
  [
    '--cluster-advertise must be accompanied by --cluster-store',
    'give it both engine options, cluster-store and cluster-advertise, or none',
  ],
];
