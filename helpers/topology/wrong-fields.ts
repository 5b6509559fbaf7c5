import type { z } from 'zod';
import { InputError } from '../process/input-error.ts';
import { suggestName } from '../process/suggest-name.ts';
import type { Description } from './read-description.ts';
import { findValidFields } from './valid-fields.ts';

/** A field that is wrong: where it is, as one writes it in a program, and what is wrong with it. */
export interface WrongField {
  readonly path: readonly PropertyKey[];
  readonly observed: string;
  readonly remedy?: string;
}

/** The fields of a description that are wrong by themselves. */
export function findUnfitFields(schema: z.ZodType, described: unknown): WrongField[] {
  const { error } = schema.safeParse(described, { reportInput: true });
  const validFields: ValidFields = (path) => findValidFields(schema, described, path);
  return error?.issues.flatMap((issue) => describeIssue(issue, validFields)) ?? [];
}

/** The names of the fields that the object at a path can have. */
type ValidFields = (path: readonly PropertyKey[]) => readonly string[];

/**
 * One error that tells of all these fields, each of them as an {@link InputError}:
 * `my-cluster.json:3:5: machines[1].name: …`.
 *
 * @param what it should have been: «a topology»
 */
export function wrongFields(
  file: string,
  placeOf: Description['placeOf'],
  what: string,
  fields: readonly WrongField[],
): AggregateError {
  const errors = fields.map(
    ({ path, observed, remedy }) =>
      new InputError({
        subject: [placeOf(path), ...formatPath(path)].join(': '),
        observed,
        remedy,
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
        remedy: suggestName(key, validFields(path), 'fields'),
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

/** Messages of our schemas begin with "it is", of what is there; a long value is shortened. */
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

/** A union's members are told apart by a field, or by what type they are. */
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

/** Whether it says that the whole is of another type. */
function isOther({ code, path }: z.core.$ZodIssue): boolean {
  return code === 'invalid_type' && path.length === 0;
}

function nameType(issue: z.core.$ZodIssue): string[] {
  return issue.code === 'invalid_type' ? [withArticle(issue.expected)] : [];
}

function describeMismatch(input: unknown, wanted: string): string {
  if (input === undefined) return `it is missing, and is to be ${wanted}`;
  return `${JSON.stringify(input)} is not ${wanted}`;
}

/** `machines[1].name`; nothing for the whole. */
function formatPath(path: readonly PropertyKey[]): string[] {
  const words = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`));
  return words.length === 0 ? [] : [words.join('').replace(/^\./, '')];
}

/** Names that one before them has, in a list at that path. */
export function findRepeated(
  path: readonly PropertyKey[],
  all: readonly { readonly name?: string | undefined }[],
  what: string,
): WrongField[] {
  return all.flatMap(({ name }, at) =>
    name !== undefined && all.findIndex((one) => one.name === name) < at
      ? wrong([...path, at, 'name'], `there is a ${what} ${name} before it`, 'give it another')
      : [],
  );
}

/** Where none can be read at all, that is said of them, and not of each name. */
export function checkName(
  path: readonly PropertyKey[],
  name: string | undefined,
  names: readonly string[],
  what: string,
): WrongField[] {
  if (name === undefined || names.length === 0 || names.includes(name)) return [];
  return [wrong(path, `unknown ${what} "${name}"`, suggestName(name, names, `${what}s`))];
}

/** A wrong field. */
export function wrong(path: readonly PropertyKey[], observed: string, remedy?: string): WrongField {
  return { path, observed, ...(remedy === undefined ? {} : { remedy }) };
}
