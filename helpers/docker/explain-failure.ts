import { describeEndpoint } from './endpoints/require-tls.ts';
import { errorOf, explainConnection } from './endpoints/explain-connection.ts';
import type { Explanation } from './endpoints/explanation.ts';
import type { EngineHost } from './endpoints/endpoint.ts';
import type { HarnessError } from '../process/errors/harness-error.ts';
import { oneLine } from '../process/text/one-line.ts';

/** What the engine itself answered instead of doing it. */
export interface Refusal {
  /** HTTP status. */
  readonly status: number;
  readonly message: string;
}

/** Words of its own that a call has for a refusal; undefined leaves it to the engine's words. */
export type Explain = (refusal: Refusal) => Explanation | undefined;

export interface FailedCall {
  readonly tried: string;
  readonly machine: EngineHost;
  readonly limit: number;
  /** Why the limit is a short one. */
  readonly note?: string;
  readonly timedOut: boolean;
}

/** Makes one line with a remedy out of whatever the Docker client threw. */
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

/** What the engine said when it refused, or undefined when it was not the engine that failed. */
function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const json: unknown = 'json' in error ? error.json : undefined;
  const said =
    typeof json === 'object' && json !== null && 'message' in json ? json.message : undefined;
  // Without a JSON body the client's own words: «(HTTP code 500) server error - reason ».
  const message =
    typeof said === 'string' ? said : error.message.replace(/^\(HTTP code \d+\) .*? - /, '');
  return { status: Number(error.statusCode), message: oneLine(message) };
}

function explainTimeout({ limit, note = '', machine }: FailedCall): Explanation {
  return {
    code: 'engine-unreachable',
    observed: `no answer from ${describeEndpoint(machine.endpoint)} after ${limit / 1000} s${note}`,
    remedy: 'see whether the machine runs and its engine is not stuck',
  };
}
