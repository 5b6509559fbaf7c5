import type { Container } from '../../docker/containers/container.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { connectByName } from './to-reach.ts';

/** The expected response. */
export interface GetExpectation {
  /** The expected status; default 200. */
  readonly status?: number;
  /** The exact body, or a pattern that the body must match. */
  readonly body?: string | RegExp;
  /** Timeout in seconds; default 5. */
  readonly within?: number;
}

/** Passes if a container gets the expected response over HTTP. */
export async function gets(
  received: Container | Promise<Container>,
  url: string,
  { status = 200, body, within = 5 }: GetExpectation = {},
) {
  const { hostname, port, path } = parseUrl(url);
  const request = `GET ${path} HTTP/1.0\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`;
  const how = { port, within, request };
  const { lookup, wrong, result } = await connectByName(received, hostname, how);
  const { who, over } = lookup;
  const problem =
    wrong === undefined
      ? (result?.problem ?? compare(result?.answer ?? '', { status, body }))
      : wrong;
  return {
    pass: problem === undefined,
    message: () =>
      wrong ??
      (problem === undefined
        ? `${who} gets the expected response from ${url}${over}`
        : `${who} does not get ${url}${over}: ${problem}\n\n${result?.transcript}`),
  };
}

function parseUrl(url: string): { hostname: string; port: number; path: string } {
  const { protocol, hostname, port, pathname, search } = new URL(url);
  if (protocol === 'http:') {
    return { hostname, port: Number(port || 80), path: `${pathname}${search}` };
  }
  throw new HarnessError({
    code: 'input-invalid',
    tried: `GET ${url}`,
    observed: 'only http:// is supported',
  });
}

function compare(
  answer: string,
  wanted: { status: number; body: string | RegExp | undefined },
): string | undefined {
  const [, status] = /^HTTP\/\d(?:\.\d)? (\d{3})\b/.exec(answer) ?? [];
  const end = answer.indexOf('\r\n\r\n');
  if (status === undefined || end < 0) return 'the response is not HTTP';
  if (Number(status) !== wanted.status) return `status ${status} instead of ${wanted.status}`;
  const body = answer.slice(end + 4);
  if (wanted.body === undefined || isSame(body, wanted.body)) return undefined;
  return `its body is ${JSON.stringify(body)} instead of ${wanted.body instanceof RegExp ? `a match of ${wanted.body.source}` : JSON.stringify(wanted.body)}`;
}

function isSame(body: string, wanted: string | RegExp): boolean {
  return typeof wanted === 'string' ? body === wanted : wanted.test(body);
}
