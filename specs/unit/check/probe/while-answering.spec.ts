import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import { whileAnswering } from '../../../../helpers/check/probe/start/while-answering.ts';
import type { Engine } from '../../../../helpers/docker/engine.ts';
import { serveEngine } from '../../docker/serve-engine.ts';

/** An engine that answers this way and counts its queries. */
async function serve(answer: RequestListener): Promise<{ engine: Engine; asked: () => number }> {
  let count = 0;
  const { engine } = await serveEngine((request, response) => {
    count += 1;
    answer(request, response);
  });
  return { engine, asked: () => count };
}

/** Ends with the signal alone. */
async function hang(signal: AbortSignal): Promise<void> {
  await once(signal, 'abort');
  throw signal.reason;
}

describe('Work with an engine', () => {
  test('ends with an error when the engine accepts connections without answering', async () => {
    const { engine } = await serve(() => {});
    await expect(whileAnswering(engine, hang, { limit: 300, every: 10 })).rejects.toThrow(
      /^web: remove the probe: the engine has answered nothing for 0.3 s/,
    );
  });

  test.for([200, 500])(
    'may take longer while the engine answers with status %i',
    async (status) => {
      const { engine, asked } = await serve((_request, response) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
      });
      const limit = 5_000;
      const askedOften = async () => {
        while (asked() < 3) await new Promise(setImmediate);
      };
      await whileAnswering(engine, askedOften, { limit, every: 10 });
    },
  );

  test('fails with its own error, even if the engine is silent', async () => {
    const { engine } = await serve(() => {});
    const failing = Promise.reject(new Error('no such container'));
    await expect(whileAnswering(engine, () => failing)).rejects.toThrow('no such container');
  });
});
