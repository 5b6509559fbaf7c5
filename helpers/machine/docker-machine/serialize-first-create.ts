import { existsSync } from 'node:fs';
import { join } from 'node:path';

type Create<T> = (certificatesMade: () => void) => Promise<T>;

/**
 * Two `docker-machine create` side by side in a new store each make a certificate authority, and one of the machines
 * ends with the wrong one. So while a store has none, the first goes ahead until it has made them; the others wait.
 */
export function serializeFirstCreate(store: string) {
  const folder = join(store, 'certs');
  const ready = () =>
    ['ca.pem', 'key.pem', 'cert.pem'].every((file) => existsSync(join(folder, file)));
  let first: Promise<void> | undefined;
  return async <T>(create: Create<T>): Promise<T> => {
    // After a first one that failed before it had made them, the next is the first.
    while (first !== undefined) {
      const gate = first;
      await gate;
      if (first === gate) first = undefined;
    }
    if (ready()) return await create(() => {});
    const { promise, resolve } = Promise.withResolvers<void>();
    first = promise;
    try {
      return await create(resolve);
    } finally {
      resolve();
    }
  };
}
