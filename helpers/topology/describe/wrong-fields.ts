import type { z } from 'zod';
import { InputError } from '../../process/errors/input-error.ts';
import { suggestName } from '../../process/text/suggest-name.ts';
import type { Description } from './read-description.ts';
import { findValidFields } from './valid-fields.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';

/** A wrong field: its path and the error. */
export interface WrongField {
  readonly path: readonly PropertyKey[];
  readonly observed: string;
  readonly hint?: string;
}

/** Returns the fields of a description that do not match its schema. */
export function findUnsuitableFields(schema: z.ZodType, described: unknown): WrongField[] {
  const { error } = schema.safeParse(described, { reportInput: true });
  const validFields: ValidFields = (path) => findValidFields(schema, described, path);
  return error?.issues.flatMap((issue) => describeIssue(issue, validFields)) ?? [];
}

/** Returns the names of the fields that the object at a path can have. */
type ValidFields = (path: readonly PropertyKey[]) => readonly string[];

/**
 * Returns one error with an {@link InputError} for each of these fields: `my-cluster.json:3:5: machines[1].name: …`.
 *
 * @param what the expected kind of file: "a topology"
 */
export function wrongFields(
  file: string,
  placeOf: Description['placeOf'],
  what: string,
  fields: readonly WrongField[],
): AggregateError {
  const errors = fields.map(
    ({ path, observed, hint }) =>
      new InputError({
        code: 'input-invalid',
        subject: [placeOf(path), ...formatPath(path)].join(': '),
        observed,
        hint,
      }),
  );
  const lines = errors.map(({ line }) => line);
  return new AggregateError(errors, [`${file}: not ${what}`, ...lines].join('\n'));
}

function describeIssue(issue: z.core.$ZodIssue, validFields: ValidFields): WrongField[] {
  const { path, message } = issue;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        observed: 'unknown field',
        hint: suggestName(key, validFields(path), 'fields'),
      }));
    case 'invalid_type':
      return [{ path, observed: describeType(issue.expected, issue.input) }];
    case 'invalid_key':
      return issue.issues.slice(0, 1).map(({ message: why }) => ({ path, observed: why }));
    case 'invalid_value':
      return [{ path, observed: describeValue(issue.input, issue.values) }];
    case 'invalid_union':
      return describeUnion(issue, validFields);
    default:
      return [{ path, observed: withValue(issue.input, message) }];
  }
}

/** Replaces "it" at the start of a schema's message with the value, shortened. */
function withValue(value: unknown, message: string): string {
  if (typeof value !== 'string' && typeof value !== 'number') return message;
  const shown = JSON.stringify(typeof value === 'string' ? shorten(value) : value);
  return message.startsWith('it ') ? `${shown} ${message.slice(3)}` : `${shown}: ${message}`;
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function describeType(expected: string, input: unknown): string {
  return describeMismatch(input, withArticle(expected));
}

function withArticle(type: string): string {
  const known = { record: 'an object', object: 'an object', array: 'an array' }[type];
  return known ?? `a ${type}`;
}

function describeValue(input: unknown, values: readonly unknown[]): string {
  return describeMismatch(input, values.map((value) => JSON.stringify(value)).join(' or '));
}

/** Describes a mismatch with a union, whose members differ in a field or in their type. */
function describeUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  validFields: ValidFields,
): WrongField[] {
  const { path, input } = issue;
  if ('discriminator' in issue) {
    const kind = Object(input)[String(issue.discriminator)] as unknown;
    return [{ path, observed: describeValue(kind, 'options' in issue ? issue.options : []) }];
  }
  const meant = issue.errors.find((issues) => !issues.some(isOther));
  if (meant !== undefined) {
    return meant.flatMap((one) =>
      describeIssue({ ...one, path: [...path, ...one.path] }, validFields),
    );
  }
  const types = issue.errors.flat().flatMap((one) => (isOther(one) ? nameType(one) : []));
  return [{ path, observed: describeMismatch(input, types.join(' or ')) }];
}

/** Returns true if the issue is about the type of the whole value. */
function isOther({ code, path }: z.core.$ZodIssue): boolean {
  return code === 'invalid_type' && path.length === 0;
}

function nameType(issue: z.core.$ZodIssue): string[] {
  return issue.code === 'invalid_type' ? [withArticle(issue.expected)] : [];
}

function describeMismatch(input: unknown, wanted: string): string {
  if (input === undefined) return `missing: must be ${wanted}`;
  return `${JSON.stringify(input)} is not ${wanted}`;
}

/** Formats a path: `machines[1].name`; an empty list for the root. */
function formatPath(path: readonly PropertyKey[]): string[] {
  const words = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`));
  return words.length === 0 ? [] : [words.join('').replace(/^\./, '')];
}

/** Returns the names of a list that occur earlier in it. */
export function findRepeated(
  path: readonly PropertyKey[],
  all: readonly { readonly name?: string | undefined }[],
  what: string,
): WrongField[] {
  return all.flatMap(({ name }, at) =>
    name !== undefined && all.findIndex((one) => one.name === name) < at
      ? wrong([...path, at, 'name'], `repeated ${what} "${name}"`, 'choose another name')
      : [],
  );
}

/** Checks a name against the valid names. An empty list of names has its own error. */
export function checkName(
  path: readonly PropertyKey[],
  name: string | undefined,
  names: readonly string[],
  what: string,
): WrongField[] {
  if (name === undefined || names.length === 0 || names.includes(name)) return [];
  return [wrong(path, `unknown ${what} "${name}"`, suggestName(name, names, `${what}s`))];
}

/** Creates a wrong field. */
export function wrong(path: readonly PropertyKey[], observed: string, hint?: string): WrongField {
  return { path, observed, ...omitUndefined({ hint }) };
}
