import { z } from 'zod';

/** The kinds of strings in an observation that redaction changes. Reading a bundle validates them, writing redacts them. */
export interface Leaves {
  /** A name that users choose: of a host, container, network, service or image. */
  readonly name: z.ZodType<string>;
  /** A further name of such an object. Engines and the files of containers accept any text. */
  readonly alias: z.ZodType<string>;
  /** Text that programs write: errors, reasons, rules and answers. */
  readonly text: z.ZodType<string>;
}

/** Characters of a text in a bundle. */
export const TEXT_LIMIT = 65_536;

/** An identifier, a version or a time: no command takes it for an option. */
export const word = z
  .string()
  .max(1000)
  .regex(/^(?!-)/, 'begins with a hyphen');

/** An address, a range or a MAC address, with a port or not; also the name of a server. */
export const address = z
  .string()
  .max(300)
  .regex(/^[\w.:%/[\]]?[\w.:%/[\]-]*$/, 'not an address');

/** Leaves that accept the values of a bundle. */
export const readLeaves: Leaves = {
  name: word,
  alias: z.string().max(TEXT_LIMIT),
  text: z.string().max(TEXT_LIMIT),
};

/** Entries of one list: no comparison may take hours because of a bundle. */
const mostEntries = 100_000;

export function list<T extends z.ZodType>(entry: T): z.ZodArray<T> {
  return z.array(entry).max(mostEntries);
}

/** A value that every bundle lacks. */
export function without<T>(value: T) {
  return z.unknown().transform(() => value);
}
