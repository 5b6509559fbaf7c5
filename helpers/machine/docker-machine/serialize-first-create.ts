import { existsSync } from 'node:fs';
import { join } from 'node:path';

type Create<T> = (certificatesMade: () => void) => Promise<T>;

/**
 * Serializes the first `docker-machine create` in a state directory. Two parallel commands in a new state directory
 * would each create a certificate authority, and one machine would have a certificate of the wrong one. The first
 * command runs until the authority exists; the others wait.
 */
export function serializeFirstCreate(store: string) {
  const folder = join(store, 'certs');
  const ready = () =>
    ['ca.pem', 'key.pem', 'cert.pem'].every((file) => existsSync(join(folder, file)));
  let first: Promise<void> | undefined;
  return async <T>(create: Create<T>): Promise<T> => {
    // If the first command failed before the authority existed, the next one becomes the first.
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
