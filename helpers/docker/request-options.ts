/** One option of a request: its part of the docker command line, and its fields in the Docker API's request. */
export interface RequestOption<Request> {
  /** Its flags; absent if the command line has no flag for the value. */
  readonly flags?: readonly string[];
  /** Its words after all flags. */
  readonly words?: readonly string[];
  readonly request?: DeepPartial<Request>;
}

/**
 * All options of a request, written once for the command line and for the API. Every field of `Spec` has an entry, in
 * the order of the command line.
 */
export type RequestOptions<Spec, Request> = {
  readonly [Field in keyof Spec]-?: (
    value: Exclude<Spec[Field], undefined>,
    spec: Spec,
  ) => RequestOption<Request>;
};

type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [Field in keyof T]?: DeepPartial<T[Field]> }
    : T;

/** Returns the words of a request on the docker command line, flags first. */
export function wordsOf<Spec extends object, Request>(
  table: RequestOptions<Spec, Request>,
  spec: Spec,
): string[] {
  const options = optionsOf(table, spec);
  return [
    ...options.flatMap(({ flags = [] }) => flags),
    ...options.flatMap(({ words = [] }) => words),
  ];
}

/** Returns the Docker API's request. */
export function requestOf<Spec extends object, Request>(
  table: RequestOptions<Spec, Request>,
  spec: Spec,
): Request {
  return optionsOf(table, spec).reduce<unknown>(
    (whole, { request = {} }) => merge(whole, request),
    {},
  ) as Request;
}

/** Repeats a flag for each value: `--cap-add NET_RAW --cap-add NET_ADMIN`. */
export function repeat(flag: string, values: readonly string[]): string[] {
  return values.flatMap((value) => [flag, value]);
}

function optionsOf<Spec extends object, Request>(
  table: RequestOptions<Spec, Request>,
  spec: Spec,
): RequestOption<Request>[] {
  return (Object.keys(table) as (keyof Spec)[]).flatMap((field) => {
    const value = spec[field];
    if (value === undefined) return [];
    return [table[field](value as Exclude<Spec[keyof Spec], undefined>, spec)];
  });
}

function merge(one: unknown, other: unknown): unknown {
  if (!isRecord(one) || !isRecord(other)) return other;
  const merged = { ...one };
  for (const [field, value] of Object.entries(other)) merged[field] = merge(merged[field], value);
  return merged;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
