import { pingEngine } from '../../helpers/docker/endpoints/ping-engine.ts';
import { requireTls } from '../../helpers/docker/endpoints/require-tls.ts';
import type { Machine } from '../../helpers/machine/machine.ts';
import { activity } from '../../helpers/process/activity.ts';

/** The result for a client without a certificate. */
export type UncertifiedAnswer =
  | { readonly refused: true; readonly code: string }
  | { readonly refused: false; readonly status: number; readonly body: string };

/**
 * Pings a machine's engine over TLS with the right authority but without a client certificate. Only a TLS alert of the
 * engine counts as refused, not a missing engine or any other answer.
 */
export async function tryWithoutCertificate(machine: Machine): Promise<UncertifiedAnswer> {
  const endpoint = requireTls(machine);
  const url = `https://${endpoint.host}:${endpoint.port}/_ping`;
  return await activity(
    'http',
    `${machine.name}: GET ${url} without a certificate`,
    async (report) => {
      report.input(`curl --cacert ${endpoint.caFile} ${url}`);
      try {
        const { status, body } = await pingEngine(endpoint, { isAnonymous: true, limit: 10_000 });
        report.output(`${status} ${body}`);
        return { refused: false, status, body };
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : '';
        if (!/^ERR_SSL_.*ALERT/.test(code)) throw error;
        report.output(code);
        return { refused: true, code };
      }
    },
    { machine: machine.name },
  );
}
