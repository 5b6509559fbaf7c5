import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { done, notYet, waitFor } from '../process/wait-for.ts';
import type { Store } from './store.ts';

/**
 * Runs `run` while this process alone may give out names and addresses in the store. The lock is a socket's name in the
 * kernel: it costs no file, and goes with its process however that ends.
 */
export async function withStoreLock<T>(
  store: Store,
  run: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const server =
    (await tryLock(store)) ??
    (await waitFor(
      `store ${store.folder}: another run is at it`,
      async () => {
        const held = await tryLock(store);
        return held === undefined ? notYet('it still is') : done(held);
      },
      { limit: 300_000, every: 10, signal, fatal: () => true },
    ));
  try {
    return await run();
  } finally {
    server.close();
    await once(server, 'close');
  }
}

async function tryLock(store: Store): Promise<Server | undefined> {
  const server = createServer();
  server.unref();
  server.listen(`\0overlay-e2e/${store.id}`);
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
}
