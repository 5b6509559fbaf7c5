import { describeEndpoint } from './endpoints/require-tls.ts';
import { errorOf, explainConnection } from './endpoints/explain-connection.ts';
import type { Explanation } from './endpoints/explanation.ts';
import type { EngineHost } from './endpoints/endpoint.ts';
import type { HarnessError } from '../process/errors/harness-error.ts';
import { oneLine } from '../process/text/one-line.ts';

/** The engine's refusal of a request. */
export interface Refusal {
  /** The HTTP status. */
  readonly status: number;
  readonly message: string;
}

/** Returns a specific explanation of a refusal; undefined to use the engine's message. */
export type Explain = (refusal: Refusal) => Explanation | undefined;

export interface FailedCall {
  readonly tried: string;
  readonly machine: EngineHost;
  readonly limit: number;
  /** The reason of a short limit. */
  readonly note?: string;
  readonly timedOut: boolean;
}

/** Returns an error of one line, with a hint, for any error of the Docker client. */
export function explainFailure(
  error: unknown,
  call: FailedCall,
  explain: Explain = () => undefined,
): HarnessError {
  const refusal = refusalOf(error);
  const explanation = call.timedOut
    ? explainTimeout(call)
    : refusal === undefined
      ? explainConnection(error, call.machine)
      : (explain(refusal) ?? { code: 'engine-refused', observed: refusal.message });
  const parts = { tried: call.tried, ...explanation, cause: error };
  return errorOf(parts);
}

/** Returns the refusal of an engine; undefined for other errors. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const json: unknown = 'json' in error ? error.json : undefined;
  const said =
    typeof json === 'object' && json !== null && 'message' in json ? json.message : undefined;
  // Without a JSON body, the client's own message: "(HTTP code 500) server error - reason ".
  const message =
    typeof said === 'string' ? said : error.message.replace(/^\(HTTP code \d+\) .*? - /, '');
  return { status: Number(error.statusCode), message: oneLine(message) };
}

function explainTimeout({ limit, note = '', machine }: FailedCall): Explanation {
  return {
    code: 'engine-unreachable',
    observed: `no answer from ${describeEndpoint(machine.endpoint)} after ${limit / 1000} s${note}`,
    hint: 'check that the machine runs, and read the log of its engine',
  };
}
