import { done, notYet, type WaitOptions, waitFor } from '../../process/waits/wait-for.ts';
import type { EngineHost } from './endpoint.ts';
import { ping } from './ping-engine.ts';
import { describeEndpoint } from './require-tls.ts';
import { openTransport } from './transport.ts';

export interface EngineWaitOptions extends Partial<WaitOptions> {
  /** Throws if the engine cannot answer anymore, because it or its machine has ended. */
  readonly checkAlive?: () => Promise<void>;
}

/** Waits until an engine answers, over TLS with the certificates of its machine's users. */
export async function waitForEngine(
  { name, endpoint }: Pick<EngineHost, 'name' | 'endpoint'>,
  { checkAlive, ...options }: EngineWaitOptions = {},
): Promise<void> {
  const { signal } = options;
  // Shared by all polls: creating its TLS context takes longer than the refusal by a closed port.
  const transport = await openTransport(endpoint);
  try {
    await waitFor(
      `machine ${name}: engine answers at ${describeEndpoint(endpoint)}`,
      async () => {
        await checkAlive?.();
        const { status, body } = await ping(transport, { limit: 5000, signal });
        return status === 200 ? done(undefined) : notYet(`HTTP status ${status} ${body}`.trim());
      },
      { limit: 60_000, every: 100, fatal: isCertificateError, ...options },
    );
  } finally {
    transport.agent.destroy();
  }
}

/** Returns true for an error of wrong certificates, which waiting does not fix. */
export function isCertificateError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(ERR_TLS_CERT|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_SSL)/.test(code);
}
