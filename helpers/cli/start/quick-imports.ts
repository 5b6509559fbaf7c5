import { registerHooks } from 'node:module';

/** The root of the project, and packages of which a command loads about a hundred modules each. */
const own = new URL('../../..', import.meta.url).href;
const large = ['zod', 'execa'].map((name) => `${own}node_modules/${name}/`);

/**
 * Imports modules faster from now on, where both the place and the kind of a module follow from the importing one. Node
 * otherwise follows links and looks for a package.json for each module, a quarter of the time of a short command.
 */
export function quickenImports(): void {
  registerHooks({
    resolve: (specifier, context, next) => {
      const format = formatOf(specifier, context.parentURL ?? '');
      if (format === undefined) return next(specifier, context);
      return { url: new URL(specifier, context.parentURL).href, format, shortCircuit: true };
    },
  });
}

function formatOf(specifier: string, parent: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  if (specifier.endsWith('.js') && large.some((root) => parent.startsWith(root))) return 'module';
  const isOwn = parent.startsWith(own) && !parent.startsWith(`${own}node_modules/`);
  return isOwn && specifier.endsWith('.ts') ? 'module-typescript' : undefined;
}
