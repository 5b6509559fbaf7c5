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
  'check --context': offerContexts,
  'discover --context': offerContexts,
};

async function offerContexts(): Promise<Offer> {
  const { contextNames } = await import('../../../docker/endpoints/docker-contexts.ts');
  return { words: await contextNames() };
}

/** The machines of the store: both providers keep them as docker-machine does. */
function machineNames(env: NodeJS.ProcessEnv): string[] {
  const state = env['XDG_STATE_HOME'] || join(homedir(), '.local/state');
  const stores = env['MACHINE_STORAGE_PATH']
    ? [env['MACHINE_STORAGE_PATH']]
    : [join(state, 'overlay-e2e'), join(homedir(), '.docker/machine')];
  const found = stores.flatMap((store) => globSync('machines/*/config.json', { cwd: store }));
  return [...new Set(found.map((file) => file.split('/')[1] ?? ''))].toSorted();
}
