import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

const root = join(import.meta.dirname, '../../..');
const isDate = (text: string) => !Number.isNaN(Date.parse(text));
const known = new Map<string, ValidateFunction>();

/** Returns the violations of a published schema in a document; none if it is valid. */
export function validateDocument(file: string, document: unknown): readonly string[] {
  const formats = { 'date-time': isDate, ipv4: true, uri: true } as const;
  const schema = () => JSON.parse(readFileSync(join(root, file), 'utf8')) as object;
  const validate = known.get(file) ?? new Ajv2020({ formats }).compile(schema());
  known.set(file, validate);
  if (validate(document)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}
