/** The Go type of an object: a struct with its fields in order, or a map with sorted keys. */
export type Layout = 'struct' | 'map';

/** Prints a value like Go's `%v`. */
export function formatValue(value: unknown, layout: Layout): string {
  if (value === undefined) return '<no value>';
  return formatPart(value, layout, true);
}

function formatPart(value: unknown, layout: Layout, outermost = false): string {
  // A nil list in a struct prints as an empty one.
  if (value === null || value === undefined) {
    return layout === 'struct' && !outermost ? '[]' : '<nil>';
  }
  if (Array.isArray(value)) {
    return `[${value.map((element) => formatPart(element, layout)).join(' ')}]`;
  }
  if (typeof value === 'object') {
    if (layout === 'struct') {
      return `{${Object.values(value)
        .map((part) => formatPart(part, layout))
        .join(' ')}}`;
    }
    return `map[${sorted(value)
      .map(([key, part]) => `${key}:${formatPart(part, layout)}`)
      .join(' ')}]`;
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** JSON as Go writes a map: keys sorted, no blanks, `<`, `>` and `&` escaped. */
export function toGoJson(value: unknown): string {
  return escapeForHtml(JSON.stringify(withSortedKeys(value)) ?? 'null');
}

/** As {@link toGoJson}, indented by four. */
export function toPrettyGoJson(value: unknown): string {
  return escapeForHtml(JSON.stringify(withSortedKeys(value), null, 4) ?? 'null');
}

function withSortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(sorted(value).map(([key, part]) => [key, withSortedKeys(part)]));
}

function sorted(value: object): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}

function escapeForHtml(json: string): string {
  return json.replace(/[<>&]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
