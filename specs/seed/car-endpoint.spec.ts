import { describe } from 'vitest';
import type { Container } from '../../helpers/docker/containers/container.ts';
import { waitFor } from '../../helpers/process/waits/wait-for.ts';
import { attach } from '../../helpers/report/results/evidence.ts';
import {
  requestCar,
  type CarAnswer,
  describeAnswer,
  pollCarService,
} from '../../helpers/workload/request-car.ts';
import { queryDatabase } from '../../helpers/workload/query-database.ts';
import { expect, type Lab, test } from './lab.ts';
import { findWorkload, type Placed } from './workload.ts';

/** Returns the tutorial's answer. The specs write another name of the car into the database. */
const cruiser = (name = 'Cruiser') =>
  `{"carId":1,"carName":"${name}","dateOfCreation":"14/10/2015","producer":{"producerId":1,"producerName":"toyota","country":null,"countOfCars":0},"picture":null,"base64EncodedPicture":"Nothing to display"}`;

describe('the car endpoint, from outside the cluster', () => {
  test('is port 8080 of master-host, which tomcat-app publishes', async ({ lab }) => {
    const { tomcat } = await findWorkload(lab);
    const { address } = lab.machine('master-host');
    expect(lab.document.carEndpoint).toBe(
      `http://${address}:8080/rest-service-provider-1.0-SNAPSHOT/car/1`,
    );
    const { ports } = await tomcat.container.inspect();
    // Current engines list it once for IPv4 and once for IPv6.
    expect(new Set(ports['8080/tcp']?.map(({ port }) => port))).toEqual(new Set([8080]));
  });

  test('returns car 1 with status 200, as application/json, exactly as in the tutorial', async ({
    lab,
  }) => {
    await findWorkload(lab);
    const answer = await ask(lab, '1');
    expect(answer.status, describeAnswer(answer)).toBe(200);
    expect(answer.contentType).toMatch(/^application\/json(;\s*charset=utf-8)?$/i);
    expect(answer.body).toBe(cruiser());
  });

  test('answers 404 with a JSON error for a car that is not in the database', async ({ lab }) => {
    const { mysql } = await findWorkload(lab);
    const unknown = await queryDatabase(
      mysql.container,
      'SELECT COALESCE(MAX(car_id), 0) + 1 FROM car',
    );
    expectError(await ask(lab, unknown), 404);
  });

  test('answers 400 with a JSON error for an invalid ID', async ({ lab }) => {
    await findWorkload(lab);
    for (const id of ['cruiser', '1x', '']) expectError(await ask(lab, id), 400);
  });

  test('returns a changed row of the database on worker-host, and the restored row', async ({
    lab,
    onTestFinished,
  }) => {
    const { mysql } = await findWorkload(lab);
    expect(mysql.container.machine.name).toBe('worker-host');
    const rename = async (name: string) => {
      await queryDatabase(mysql.container, `UPDATE car SET car_name = '${name}' WHERE car_id = 1`);
    };
    const name = `Renamed ${Date.now()}`;
    onTestFinished(() => rename('Cruiser'));

    await rename(name);
    expect(await ask(lab, '1')).toMatchObject({ status: 200, body: cruiser(name) });
    await rename('Cruiser');
    expect(await ask(lab, '1')).toMatchObject({ status: 200, body: cruiser() });
  });

  // Longer than the sum of its waits, so that a wait that hangs reports its last state.
  test('answers 503 with a JSON error while mysqlserver is stopped, and recovers on its own', {
    timeout: 180_000,
  }, async ({ lab, onTestFinished }) => {
    const { tomcat, mysql } = await findWorkload(lab);
    const before = await identify(tomcat.container);
    const url = carUrlOf(lab, '1');
    const anchor = await holdNetwork(lab, mysql);
    onTestFinished(() => anchor.remove());
    onTestFinished(async () => {
      await mysql.container.start();
      await waitForCar(url, { status: 200, body: cruiser() });
    });

    await mysql.container.stop();
    expectError(await waitForCar(url, { status: 503 }), 503);

    await mysql.container.start();
    await waitForCar(url, { status: 200, body: cruiser() });
    expect(await identify(tomcat.container)).toEqual(before);
  });
});

function carUrlOf({ document: { carEndpoint = '' } }: Lab, id: string): string {
  return carEndpoint.replace(/1$/, id);
}

/** Sends one request, and attaches the exchange. */
async function ask(lab: Lab, id: string): Promise<CarAnswer> {
  const url = carUrlOf(lab, id);
  const answer = await requestCar(url);
  await attach(`GET …/car/${id}`, `GET ${url}\n\n${describeAnswer(answer)}`);
  return answer;
}

function expectError(answer: CarAnswer, status: number): void {
  expect(answer, describeAnswer(answer)).toMatchObject({
    status,
    contentType: expect.stringMatching(/^application\/json/),
  });
  expect(answer.body).toMatch(/^\{.*\}$/s);
  expect(JSON.parse(answer.body)).toEqual({ error: expect.stringMatching(/./) });
}

async function waitForCar(url: string, wanted: { status: number; body?: string }) {
  const answer = await waitFor(`${url}: ${wanted.status}`, () => pollCarService(url, wanted), {
    limit: 45_000,
  });
  await attach(`GET ${url}`, describeAnswer(answer));
  return answer;
}

/** Returns the values that change when a container is created again or its program is restarted. */
async function identify(container: Container) {
  const { id, startedAt, restartCount, pid } = await container.inspect();
  return { id, startedAt, restartCount, pid };
}

/**
 * Keeps another container on my-net on the host of mysqlserver. When an engine's last container leaves an overlay,
 * Docker before 23.0 returns the thread that watched the network's namespace to its pool while the thread is still in
 * that namespace. Later work on that thread, such as a request to Consul at the next start, fails with "network is
 * unreachable".
 */
async function holdNetwork(lab: Lab, { container }: Placed): Promise<Container> {
  const { image } = await container.inspect();
  return await lab.engine(container.machine.name).containers.run({
    name: 'holds-my-net',
    image,
    network: 'my-net',
    entrypoint: ['sleep'],
    command: ['infinity'],
  });
}
