import { pathKinds } from '../measurement.ts';

/** The outcome of one request. */
export interface Sample {
  /** Milliseconds of the clock of the machine. */
  readonly at: number;
  /** Milliseconds until the answer, or the reason for none. */
  readonly outcome: number | string;
}

/** A line of the meter. */
export type MeterLine =
  | { readonly kind: 'ready'; readonly at: number }
  | { readonly kind: 'slots'; readonly path: number; readonly samples: readonly Sample[] }
  | { readonly kind: 'late' | 'again'; readonly path: number }
  | { readonly kind: 'open'; readonly path: number; readonly at: number }
  | { readonly kind: 'broken'; readonly path: number; readonly at: number; readonly why: string }
  | {
      readonly kind: 'container';
      readonly container: number;
      readonly at: number;
      readonly up: boolean;
    }
  | {
      readonly kind: 'address';
      readonly container: number;
      readonly at: number;
      /** Of all interfaces except the loopback. */
      readonly addresses: readonly string[];
    }
  | { readonly kind: 'problem'; readonly container: number; readonly why: string };

/** Kinds of paths as the meter knows them: it only connects to virtual addresses and published ports. */
export function meterKind(kind: (typeof pathKinds)[number]): string {
  return kind === 'vip' || kind === 'published' ? 'port' : kind;
}

const reasons: Readonly<Record<string, string>> = { L: 'no answer', D: 'sender down' };

/** Reads a line of the meter; undefined if it is not one. */
export function readMeterLine(line: string): MeterLine | undefined {
  const [kind, ...words] = line.split(' ');
  const number = (index: number) => readNumber(words[index]);
  switch (kind) {
    case 'ready':
      return withNumbers([number(0)], ([at]) => ({ kind, at }));
    case 'slots':
      return readSlots(words);
    case 'late':
    case 'again':
      return withNumbers([number(0)], ([path]) => ({ kind, path }));
    case 'open':
      return withNumbers([number(0), number(1)], ([path, at]) => ({ kind, path, at }));
    case 'broken': {
      const why = words[2] ?? '';
      return withNumbers([number(0), number(1)], ([path, at]) => ({ kind, path, at, why }));
    }
    case 'container':
      return withNumbers([number(0), number(1)], ([container, at]) => {
        return { kind, container, at, up: words[2] === 'up' };
      });
    case 'address':
      return withNumbers([number(0), number(1)], ([container, at]) => {
        return { kind, container, at, addresses: (words[2] ?? '').split(',') };
      });
    case 'problem':
      return withNumbers([number(0)], ([container]) => {
        return { kind, container, why: words.slice(1).join(' ').slice(0, 200) };
      });
    default:
      return undefined;
  }
}

function readSlots(words: readonly string[]): MeterLine | undefined {
  const path = readNumber(words[0]);
  let at = readNumber(words[2]);
  if (path === undefined || at === undefined) return undefined;
  const samples: Sample[] = [];
  for (const word of words.slice(3)) {
    const [, step, result = ''] = /^(\d{1,9})\/(\d{1,9}|[LD]|!\w{1,20})$/.exec(word) ?? [];
    if (step === undefined) return undefined;
    at += Number(step);
    const outcome = /^\d/.test(result)
      ? Number(result) / 1000
      : (reasons[result] ?? result.slice(1));
    samples.push({ at, outcome });
  }
  return { kind: 'slots', path, samples };
}

function readNumber(word: string | undefined): number | undefined {
  return word !== undefined && /^\d{1,15}(?:\.\d+)?$/.test(word) ? Number(word) : undefined;
}

function withNumbers<const Values extends readonly (number | undefined)[]>(
  values: Values,
  make: (numbers: { readonly [Index in keyof Values]: number }) => MeterLine,
): MeterLine | undefined {
  if (values.some((value) => value === undefined)) return undefined;
  return make(values as { readonly [Index in keyof Values]: number });
}
