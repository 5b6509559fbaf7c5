import { globSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The possible words at a position, and the kind of paths. */
export interface Offer {
  readonly words: readonly string[];
  readonly files?: 'files' | 'folders';
}

/**
 * The values of arguments and options that the command line does not list itself, by command and name. Each is read only
 * when needed, because a Tab must be fast.
 */
export const sources: Readonly<Record<string, () => Promise<Offer> | Offer>> = {
  'up topology': async () => {
    const { topologies } = await import('../../../topology/topologies.ts');
    return { words: topologies.map(({ name }) => name), files: 'files' };
  },
  'up --engine-bundle': async () => {
    const { ENGINE_VERSIONS } = await import('../../../debian/engines/engine-bundle.ts');
    return { words: [...ENGINE_VERSIONS, 'system'], files: 'folders' };
  },
  'check target': () => ({ words: machineNames(process.env), files: 'files' }),
  'check --issue': async () => {
    const { diagnosisCodes } = await import('../../../check/model/codes.ts');
    return { words: diagnosisCodes };
  },
  'fault machine': () => ({ words: machineNames(process.env) }),
  'exec name': offerEnds,
  'capture place': offerPlaces,
  'capture --context': offerContexts,
  'shell name': offerEnds,
  'logs name': offerEnds,
  'perf from': () => ({ words: machineNames(process.env) }),
  'perf to': () => ({ words: machineNames(process.env) }),
  'trace from': offerEnds,
  'trace to': offerEnds,
  'trace in': () => ({ words: machineNames(process.env), files: 'files' }),
  'trace --network': async () => {
    const document = await findDocument();
    return { words: (document?.networks ?? []).map(({ name }) => name) };
  },
  'trace --context': offerContexts,
  'check --context': offerContexts,
  'discover --context': offerContexts,
};

async function offerContexts(): Promise<Offer> {
  const { contextNames } = await import('../../../docker/endpoints/docker-contexts.ts');
  return { words: await contextNames() };
}

/** Offers the containers and machines of the running topology. */
async function offerEnds(): Promise<Offer> {
  const document = await findDocument();
  const containers = (document?.workload ?? []).map(({ container }) => container);
  return { words: [...new Set([...containers, ...machineNames(process.env)])] };
}

/** Offers the containers, machines and networks of the running topology. */
async function offerPlaces(): Promise<Offer> {
  const [ends, document] = await Promise.all([offerEnds(), findDocument()]);
  return { words: [...ends.words, ...(document?.networks ?? []).map(({ name }) => name)] };
}

/** Reads the running topology; undefined if none runs or its file is unreadable. */
async function findDocument() {
  const { loadDocument } = await import('../../../topology/document.ts');
  const documents = await Promise.all(
    storesOf(process.env).map((store) => loadDocument(store).catch(() => undefined)),
  );
  return documents.find((one) => one !== undefined);
}

/** The machines of the store: both providers keep them as docker-machine does. */
function machineNames(env: NodeJS.ProcessEnv): string[] {
  const found = storesOf(env).flatMap((store) =>
    globSync('machines/*/config.json', { cwd: store }),
  );
  return [...new Set(found.map((file) => file.split('/')[1] ?? ''))].toSorted();
}

function storesOf(env: NodeJS.ProcessEnv): string[] {
  const state = env['XDG_STATE_HOME'] || join(homedir(), '.local/state');
  return env['MACHINE_STORAGE_PATH']
    ? [env['MACHINE_STORAGE_PATH']]
    : [join(state, 'overlay-e2e'), join(homedir(), '.docker/machine')];
}
