import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** The schema as it is published. */
export const publishedSchema = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../docs/check.schema.json'), 'utf8'),
) as object;

const isDate = (text: string) => !Number.isNaN(Date.parse(text));
const validate = new Ajv2020({ formats: { 'date-time': isDate } }).compile(publishedSchema);

/** What a validator that knows only the published schema has against a document; nothing if it is valid. */
export function validateDocument(document: unknown): readonly string[] {
  if (validate(document)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}
