import { registerHooks } from 'node:module';

/** For the sessions of image builds and for another implementation of ssh, which no command uses. */
const unused = new Set(['@grpc/grpc-js', '@grpc/proto-loader', 'ssh2']);
const client = /\/node_modules\/(?:dockerode|docker-modem)\//;

/** Returns true if the Docker client imports this package for functions that no command uses. */
export function isUnused(specifier: string, importer = ''): boolean {
  return unused.has(specifier) && client.test(importer);
}

/**
 * From now on, the Docker client is imported without the packages that no command uses; they take two thirds of its load
 * time. For programs only: other code in the process of a library may use all of the client.
 */
export function skipUnusedPackages(): void {
  registerHooks({
    resolve: (specifier, context, next) =>
      isUnused(specifier, context.parentURL)
        ? // Stands for an empty package: it is loaded already, and has none of the names.
          { url: 'node:path', format: 'builtin', shortCircuit: true }
        : next(specifier, context),
  });
}
