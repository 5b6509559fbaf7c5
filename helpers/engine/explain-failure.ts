import type { Machine } from '../machine/machine.ts';
import { firstLine, HarnessError } from '../process/harness-error.ts';

/** What the engine itself answered instead of doing it. */
export interface Refusal {
  /** HTTP status. */
  readonly status: number;
  readonly message: string;
}

export interface Explanation {
  readonly observed: string;
  readonly remedy?: string;
}

/** Words of its own that a call has for a refusal; undefined leaves it to the engine's words. */
export type Explain = (refusal: Refusal) => Explanation | undefined;

export interface FailedCall {
  readonly tried: string;
  readonly machine: Machine;
  readonly limit: number;
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
      : (explain(refusal) ?? { observed: refusal.message });
  return new HarnessError({ tried: call.tried, ...explanation, cause: error });
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
  return { status: Number(error.statusCode), message: message.trim().replaceAll(/\s*\n\s*/g, ' ') };
}

function explainTimeout({ limit, machine }: FailedCall): Explanation {
  return {
    observed: `no answer from ${where(machine)} after ${limit / 1000} s`,
    remedy: 'see whether the machine runs and its engine is not stuck',
  };
}

function explainConnection(error: unknown, machine: Machine): Explanation {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const at = where(machine);
  switch (code) {
    case 'ECONNREFUSED':
      return {
        observed: `connection to ${at} refused`,
        remedy: 'its engine does not run; start it, or read its log for why it ended',
      };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return {
        observed: `${at} cannot be reached (${code})`,
        remedy: 'see whether the machine runs and has a route to this host',
      };
    case 'ECONNRESET':
    case 'EPIPE':
      return {
        observed: `${at} closed the connection`,
        remedy: 'its engine ended meanwhile; read its log',
      };
    case 'ENOENT':
    case 'EACCES':
      return {
        observed: firstLine(error),
        remedy: 'the certificates of the machine are missing or not yours; make the machine anew',
      };
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return {
        observed: `the engine at ${at} has a certificate for another address (${firstLine(error)})`,
        remedy: 'something else answers there, or the machine changed its address; make it anew',
      };
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return {
        observed: `the certificate of the engine at ${at} is not valid now (${code})`,
        remedy: 'set the clock right, or make the machine anew',
      };
    default:
      return explainTls(error, code, at);
  }
}

function explainTls(error: unknown, code: string, at: string): Explanation {
  if (/SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|SIGNATURE_FAILURE/.test(code)) {
    return {
      observed: `the engine at ${at} has a certificate of another authority (${code})`,
      remedy: 'something else answers there, or the store is another one than made the machine',
    };
  }
  if (/WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH/.test(code)) {
    return {
      observed: `${at} does not speak TLS (${code})`,
      remedy: 'the engine has to listen with --tlsverify',
    };
  }
  if (/ALERT|BAD_CERTIFICATE|UNKNOWN_CA/.test(code)) {
    return {
      observed: `the engine at ${at} refuses the certificate of this client (${code})`,
      remedy: 'the store is another one than made the machine; look at MACHINE_STORAGE_PATH',
    };
  }
  return { observed: firstLine(error) };
}

function where(machine: Machine): string {
  return `${machine.endpoint.host}:${machine.endpoint.port}`;
}
