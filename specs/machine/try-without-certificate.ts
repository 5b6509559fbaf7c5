import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { requireTls } from '../../helpers/docker/endpoints/require-tls.ts';
import type { Machine } from '../../helpers/machine/machine.ts';
import { activity } from '../../helpers/process/activity.ts';

/** What became of a client that shows the engine no certificate. */
export type UncertifiedAnswer =
  | { readonly refused: true; readonly code: string }
  | { readonly refused: false; readonly status: number; readonly body: string };

/**
 * Asks the machine's engine for its version over TLS, with the right authority but without a certificate of our own.
 * Only a TLS alert of the engine counts as refused: an engine that is away or answers anything else does not.
 */
export async function tryWithoutCertificate(machine: Machine): Promise<UncertifiedAnswer> {
  const { host, port, caFile } = requireTls(machine);
  const url = `https://${host}:${port}/version`;
  return await activity(
    'http',
    `${machine.name}: GET ${url} without a certificate`,
    async (report) => {
      report.input(`curl --cacert ${caFile} ${url}`);
      const answer = await getUncertified(url, await readFile(caFile, 'utf8'));
      report.output(answer.refused ? answer.code : `${answer.status} ${answer.body}`);
      return answer;
    },
    { machine: machine.name },
  );
}

async function getUncertified(url: string, ca: string): Promise<UncertifiedAnswer> {
  return await new Promise((resolve, reject) => {
    const options = { ca, rejectUnauthorized: true, agent: false, timeout: 10_000 };
    const asking = request(url, options, (response) => {
      response.setEncoding('utf8');
      let body = '';
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ refused: false, status: response.statusCode ?? 0, body }));
      response.on('error', reject);
    });
    asking.on('timeout', () => asking.destroy(new Error(`${url}: no answer after 10 s`)));
    asking.on('error', (error) => {
      const code = 'code' in error ? String(error.code) : '';
      if (/^ERR_SSL_.*ALERT/.test(code)) resolve({ refused: true, code });
      else reject(error);
    });
    asking.end();
  });
}
