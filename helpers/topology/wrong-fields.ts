import type { z } from 'zod';
import { HarnessError } from '../process/harness-error.ts';

/** A field that is wrong: where it is, as one writes it in a program, and what is wrong with it. */
export interface WrongField {
  readonly path: readonly PropertyKey[];
  readonly observed: string;
  readonly remedy?: string;
}

/**
 * The fields of a description that are wrong by themselves.
 *
 * @param fieldsIn the file in which its reader finds all fields that there are
 */
export function findUnfitFields(
  schema: z.ZodType,
  described: unknown,
  fieldsIn: string,
): WrongField[] {
  const { error } = schema.safeParse(described, { reportInput: true });
  return error?.issues.flatMap((issue) => describeIssue(issue, fieldsIn)) ?? [];
}

/**
 * One error that tells of all these fields, each of them as a {@link HarnessError}: «my-cluster.ts: machines[1].name: …».
 *
 * @param source where it is described, for people
 * @param what it should have been: «a topology»
 */
export function wrongFields(
  source: string,
  what: string,
  fields: readonly WrongField[],
): AggregateError {
  const errors = fields.map(
    ({ path, observed, remedy }) =>
      new HarnessError({ tried: [source, ...formatPath(path)].join(': '), observed, remedy }),
  );
  const lines = errors.map(({ line }) => line);
  return new AggregateError(errors, [`${source}: not ${what}`, ...lines].join('\n'));
}

function describeIssue(issue: z.core.$ZodIssue, fieldsIn: string): WrongField[] {
  const { path, message } = issue;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        observed: 'there is no such field',
        remedy: `those that there are stand in ${fieldsIn}`,
      }));
    case 'invalid_type':
      return [{ path, observed: describeType(issue.expected, issue.input) }];
    case 'invalid_value':
      return [{ path, observed: describeValue(issue.input, issue.values) }];
    case 'invalid_union':
      return [{ path, observed: describeKind(issue) }];
    default:
      return [{ path, observed: message }];
  }
}

function describeType(expected: string, input: unknown): string {
  const wanted = { record: 'an object', object: 'an object', array: 'an array' }[expected];
  return describeMismatch(input, wanted ?? `a ${expected}`);
}

function describeValue(input: unknown, values: readonly unknown[]): string {
  return describeMismatch(input, values.map((value) => JSON.stringify(value)).join(' or '));
}

/** Each union that there is has a field that tells its members apart. */
function describeKind(issue: z.core.$ZodIssueInvalidUnion): string {
  const field = 'discriminator' in issue ? String(issue.discriminator) : '';
  const kind = Object(issue.input)[field] as unknown;
  return describeValue(kind, 'options' in issue ? issue.options : []);
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
  return [wrong(path, `there is no ${what} ${name}`, oneOf(names))];
}

/** What there is instead. */
export function oneOf(names: readonly string[]): string {
  return `there are ${[...new Set(names)].join(', ')}`;
}

/** A wrong field. */
export function wrong(path: readonly PropertyKey[], observed: string, remedy?: string): WrongField {
  return { path, observed, ...(remedy === undefined ? {} : { remedy }) };
}
