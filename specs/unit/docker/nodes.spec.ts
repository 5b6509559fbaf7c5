import { expect, test } from 'vitest';
import { serveEngine } from './serve-engine.ts';

test('a node that changes during its update is updated at its next version', async () => {
  const versions: string[] = [];
  let index = 7;
  const { engine } = await serveEngine((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://web');
    response.setHeader('Content-Type', 'application/json');
    if (!pathname.endsWith('/update')) {
      response.end(JSON.stringify({ ID: 'n1', Version: { Index: index }, Spec: {} }));
      index += 1;
      return;
    }
    versions.push(searchParams.get('version') ?? '');
    if (versions.length === 1) {
      response.statusCode = 500;
      response.end(JSON.stringify({ message: 'rpc error: update out of sequence' }));
      return;
    }
    response.end();
  });
  await engine.nodes.update('n1', { availability: 'drain' });
  expect(versions).toEqual(['7', '8']);
});
