import { z } from 'zod';

const matchSchema = z.looseObject({
  match: z.looseObject({ op: z.string(), left: z.unknown(), right: z.unknown() }),
});
const counterSchema = z.looseObject({ counter: z.looseObject({ packets: z.number() }) });

/** Prints an expression of a rule similar to nft; an expression without a short form stays JSON. */
export function printExpression(expression: unknown): string {
  const match = matchSchema.safeParse(expression).data?.match;
  if (match !== undefined) {
    const sign = match.op === '==' || match.op === 'in' ? '' : `${match.op} `;
    return `${printValue(match.left)} ${sign}${printValue(match.right)}`;
  }
  const counter = counterSchema.safeParse(expression).data?.counter;
  if (counter !== undefined) return `counter packets ${counter.packets}`;
  return printValue(expression);
}

const forms: readonly ((value: unknown) => string | undefined)[] = [
  form(
    z.object({ payload: z.object({ protocol: z.string(), field: z.string() }) }),
    (one) => `${one.payload.protocol} ${one.payload.field}`,
  ),
  form(
    z.object({ payload: z.object({ base: z.string(), offset: z.number(), len: z.number() }) }),
    ({ payload: { base, offset, len } }) => `@${base},${offset},${len}`,
  ),
  form(z.object({ meta: z.object({ key: z.string() }) }), ({ meta: { key } }) =>
    /^[io]if/.test(key) ? key : `meta ${key}`,
  ),
  form(z.object({ ct: z.object({ key: z.string() }) }), (one) => `ct ${one.ct.key}`),
  form(
    z.object({ numgen: z.object({ mode: z.string(), mod: z.number() }) }),
    (one) => `numgen ${one.numgen.mode} mod ${one.numgen.mod}`,
  ),
  form(z.object({ range: z.tuple([z.unknown(), z.unknown()]) }), (one) =>
    one.range.map(printValue).join('-'),
  ),
  form(
    z.object({ prefix: z.object({ addr: z.string(), len: z.number() }) }),
    (one) => `${one.prefix.addr}/${one.prefix.len}`,
  ),
  form(
    z.object({ set: z.array(z.unknown()) }),
    (one) => `{ ${one.set.map(printValue).join(', ')} }`,
  ),
  // `{"drop": null}`, `{"snat": {"addr": "192.168.99.1"}}`
  form(z.record(z.string(), z.null()), (one) => Object.keys(one).join(' ')),
  form(
    z.strictObject({ snat: z.looseObject({ addr: z.string() }) }),
    (one) => `snat to ${one.snat.addr}`,
  ),
  form(z.strictObject({ reject: z.unknown() }), () => 'reject'),
];

function form<T>(schema: z.ZodType<T>, print: (value: T) => string) {
  return (value: unknown) => {
    const { data } = schema.safeParse(value);
    return data === undefined ? undefined : print(data);
  };
}

function printValue(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  for (const print of forms) {
    const text = print(value);
    if (text !== undefined) return text;
  }
  return JSON.stringify(value);
}
