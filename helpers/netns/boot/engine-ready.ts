import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { tail } from '../../process/run-command.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import { findInit, hasEngineEnded, readMachineLog } from './boot.ts';
import type { MachineConfig } from '../state/machine-config.ts';
import { engineLogFile, type Store } from '../state/store.ts';

/** Waits until a machine's engine answers a client with a certificate on TCP. */
export async function waitForEngine(
  store: Store,
  config: MachineConfig,
  signal?: AbortSignal,
): Promise<void> {
  const name = config.Name;
  const { ClientCertPath, ClientKeyPath, CaCertPath } = config.HostOptions.AuthOptions;
  // Once for all looks: it takes longer to make than an engine that is not there takes to refuse.
  const secureContext = createSecureContext({
    ca: readFileSync(CaCertPath),
    cert: readFileSync(ClientCertPath),
    key: readFileSync(ClientKeyPath),
  });
  await waitFor(
    `machine ${name}: engine answers on ${config.Driver.IPAddress}:2376`,
    async () => {
      if (findInit(store, name) === undefined) {
        throw new HarnessError({
          code: 'machine-start-failed',
          tried: `machine ${name}: boot`,
          observed: 'it has ended',
          evidence: await readMachineLog(store, name),
        });
      }
      if (hasEngineEnded(store, name)) throw engineEnded(config, await readEngineLog(store, name));
      const status = await ping(config.Driver.IPAddress, secureContext, signal);
      return status === 200 ? done(undefined) : notYet(`HTTP status ${status}`);
    },
    {
      limit: 60_000,
      every: 10,
      signal,
      fatal: (error) => error instanceof HarnessError,
      evidence: () => readEngineLog(store, name),
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

async function ping(
  host: string,
  secureContext: SecureContext,
  signal: AbortSignal | undefined,
): Promise<number> {
  return await new Promise((resolve, reject) => {
    const target = { host, port: 2376, path: '/_ping', secureContext, rejectUnauthorized: true };
    const options = { ...target, agent: false, timeout: 2000, ...(signal && { signal }) };
    const call = request(options, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
      response.on('error', reject);
    });
    call.on('timeout', () => call.destroy(new Error('no answer within 2 s')));
    call.on('error', reject);
    call.end();
  });
}
