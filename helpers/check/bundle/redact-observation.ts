import { z } from 'zod';
import { redactSecrets } from '../../process/text/redact-secrets.ts';
import type { Observation } from '../model/observation.ts';
import { type Leaves, TEXT_LIMIT } from './leaves.ts';
import { observationSchema } from './observation-schema.ts';
import { unwritable } from './unwritable.ts';
import { collectNames, NameTokens } from './name-tokens.ts';

/** A kind of data that is removed beyond secrets. */
export type Redaction = 'names';

/**
 * Returns an observation without secrets. Only the fields of the schema remain: no environment variables, labels, mounts or
 * commands of containers, and no certificates or keys. In all texts, passwords and tokens are replaced.
 *
 * @param redact with `names`, names of hosts, containers, networks, services and images become tokens, the same for the same
 *   name. The tokens of two bundles cannot be compared.
 */
export function redactObservation(
  observation: Observation,
  redact: readonly Redaction[] = [],
): Observation {
  const { data: clean, error } = observationSchema(withoutSecrets).safeParse(observation);
  if (clean === undefined) throw unwritable(error);
  if (!redact.includes('names')) return clean;
  const names = new Set<string>();
  observationSchema(collectNames(names)).parse(clean);
  const tokens = new NameTokens(names);
  const name = z.string().transform((one) => tokens.ofName(one));
  return observationSchema({
    name,
    alias: name,
    text: z.string().transform((text) => tokens.inText(text)),
  }).parse(clean);
}

const text = z.string().transform((one) => redactSecrets(one).slice(0, TEXT_LIMIT));

const withoutSecrets: Leaves = { name: z.string().transform(redactSecrets), alias: text, text };
