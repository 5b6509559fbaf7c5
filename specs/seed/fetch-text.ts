import { activity } from '../../helpers/process/activity.ts';
import { firstLine, HarnessError } from '../../helpers/process/errors/harness-error.ts';
import { omitUndefined } from '../../helpers/process/omit-undefined.ts';

export interface TextAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Sends a request from outside the cluster, and records the exchange in the report. */
export async function fetchText(
  url: string,
  { method = 'GET', body }: { method?: string; body?: string } = {},
): Promise<TextAnswer> {
  return await activity('http', `${method} ${url}`, async (report) => {
    report.input(`${method} ${url}${body === undefined ? '' : `\n\n${body}`}`);
    const response = await fetch(url, {
      method,
      signal: AbortSignal.timeout(10_000),
      ...omitUndefined({ body }),
    }).catch((error: Error) => {
      // Its own message is only "fetch failed".
      const observed = firstLine(error.cause ?? error);
      throw new HarnessError({
        code: 'download-failed',
        tried: `${method} ${url}`,
        observed,
        cause: error,
      });
    });
    const answer = {
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      body: await response.text(),
    };
    report.output(`${answer.status}\n\n${answer.body}`);
    return answer;
  });
}
