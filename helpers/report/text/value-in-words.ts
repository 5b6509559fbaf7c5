import type { Json } from '../../check/model/difference.ts';

/** An expected or observed value for people, in one line: `mac 02:42:0a:00:09:03, destination 192.168.99.102`. */
export function valueInWords(value: Json): string {
  if (value === null) return 'nothing';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'object') return String(value).replaceAll(/\s+/g, ' ').trim() || 'nothing';
  const parts = Array.isArray(value)
    ? value.map((one: Json) => valueInWords(one))
    : Object.entries(value).flatMap(([name, one]) =>
        one === undefined ? [] : [`${spell(name)} ${valueInWords(one)}`],
      );
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

/** A field's name in words: `reachedNic` is `reached nic`. */
function spell(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}
