import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Container } from '../../../helpers/docker/containers/container.ts';
import { firstCar } from '../../../helpers/workload/car-service.ts';
import { waitForCarService } from '../../../helpers/workload/wait-for-car-service.ts';

const away = '{"error":"the database is away"}';

describe('the wait for the car service', () => {
  test('ends with the first answer that is exactly car 1', async () => {
    const answers: [number, string][] = [
      [404, '<html>Tomcat</html>'],
      [503, away],
      [200, firstCar.replace('Cruiser', 'Other')],
      [200, `${firstCar}\n`],
      [500, firstCar],
      [200, firstCar],
    ];
    const { url, asked } = await serve((response) => {
      const [status, body] = answers.shift() ?? [200, 'one request too many'];
      response.writeHead(status).end(body);
    });
    await waitForCarService({ url, containers: [containerThatRuns()], limit: 20_000 });
    expect(asked()).toBe(6);
  });

  test('fails at its limit with the last answer and the log of each container', async () => {
    const { url } = await serve((response) => response.writeHead(503).end(away));
    const containers = [containerThatRuns('tomcat-app'), containerThatRuns('mysqlserver')];
    await expect(waitForCarService({ url, containers, limit: 200 })).rejects.toMatchObject({
      line: expect.stringMatching(/returns car 1: timed out after 0.2 s; last: 503 .*away/),
      evidence: expect.stringMatching(
        /last log lines of tomcat-app on m1:\nhello from tomcat-app\nlast log lines of mysqlserver on m1:\nhello/,
      ),
    });
  });

  test('ends immediately when a container exits, with its name and its last log lines', async () => {
    const { url } = await serve((response) => response.writeHead(503).end(away));
    const ended = containerThatRuns('mysqlserver', { running: false, exitCode: 7 });
    const waiting = waitForCarService({ url, containers: [containerThatRuns(), ended] });
    await expect(waiting).rejects.toMatchObject({
      line: expect.stringMatching(/^m1: container mysqlserver: start: ended with exit code 7\./),
      evidence: expect.stringContaining('hello from mysqlserver'),
    });
  });

  test('continues while the connection is refused', async () => {
    const { url, close } = await serve((response) => response.end());
    await close();
    await expect(
      waitForCarService({ url, containers: [containerThatRuns()], limit: 200 }),
    ).rejects.toMatchObject({ line: expect.stringContaining('connection refused') });
  });
});

async function serve(answer: (response: ServerResponse) => void) {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  onTestFinished(close);
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/car/1`, asked: () => asked, close };
}

/** The part of a container that a wait uses. */
function containerThatRuns(name = 'tomcat-app', facts = { running: true, exitCode: 0 }): Container {
  return {
    name,
    machine: { name: 'm1' },
    inspect: () => Promise.resolve({ ...facts, error: '' }),
    logs: () => Promise.resolve(`hello from ${name}\n`),
  } as unknown as Container;
}
