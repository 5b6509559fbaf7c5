import type { Container } from '../../docker/containers/container.ts';
import { resolveName } from '../../docker/containers/ping.ts';
import { attach } from '../../report/results/evidence.ts';
import { areExpected, describeResolution, lookUpTarget } from './target-lookup.ts';

/** The options of {@link resolves}. */
export interface ResolveOptions {
  /** The expected address; default: the address of the topology's container of that name. */
  readonly address?: string;
}

/** Passes if a container resolves a name to the address of the container of that name, and to no other. */
export async function resolves(
  received: Container | Promise<Container>,
  name: string,
  { address }: ResolveOptions = {},
) {
  const lookup = await lookUpTarget(received, name, address);
  const found = await resolveName(lookup.from, name);
  const { who, over } = lookup;
  await attach(`${name} as ${who} resolves it`, found.join('\n') || 'no such name');
  const pass = areExpected(found, lookup);
  return {
    pass,
    message: () =>
      pass
        ? `${who} resolves ${name} to ${found.join(', ')}${over}`
        : describeResolution(found, lookup),
  };
}
