import type { TraceRequest } from '../../../check/trace/resolve-ends.ts';
import { InputError } from '../../../process/errors/input-error.ts';

/** The arguments of `overlay-e2e trace`. */
export interface TraceWords {
  readonly from: string;
  readonly to: string | undefined;
  readonly target: readonly string[];
}

/** Reads the arguments: without a sender, the first word is the receiver, with its port. */
export function readEnds(
  { from, to, target }: TraceWords,
  { udp = false, network }: { readonly udp?: boolean; readonly network?: string },
): { request: TraceRequest; target: readonly string[] } {
  const isFromHere = /:\d+$/.test(from);
  const words = isFromHere ? [...(to === undefined ? [] : [to]), ...target] : target;
  const receiver = isFromHere ? from : to;
  if (receiver === undefined) {
    throw wrongUse('no receiver', `name one: "overlay-e2e trace ${from} NAME", or add a port`);
  }
  const { name, port } = splitPort(receiver);
  if (udp && port === undefined) throw wrongUse('--udp needs a port', `write ${name}:PORT`);
  return {
    request: {
      from: isFromHere ? undefined : from,
      to: name,
      port,
      protocol: port === undefined ? 'icmp' : udp ? 'udp' : 'tcp',
      network,
    },
    target: words,
  };
}

function splitPort(word: string): { name: string; port: number | undefined } {
  const [, name, digits] = /^(.+):(\d*)$/.exec(word) ?? [];
  if (name === undefined) return { name: word, port: undefined };
  const port = Number(digits);
  if (digits !== '' && port >= 1 && port <= 65_535) return { name, port };
  throw wrongUse(`invalid port in "${word}"`, 'it must be a number from 1 to 65535');
}

function wrongUse(observed: string, hint: string): InputError {
  return new InputError({ code: 'input-invalid', subject: 'trace', observed, hint });
}
