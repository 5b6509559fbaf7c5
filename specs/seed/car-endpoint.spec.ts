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

/** The tutorial's answer. Another name of the car is what the specs put into the database. */
const cruiser = (name = 'Cruiser') =>
  `{"carId":1,"carName":"${name}","dateOfCreation":"14/10/2015","producer":{"producerId":1,"producerName":"toyota","country":null,"countOfCars":0},"picture":null,"base64EncodedPicture":"Nothing to display"}`;

describe('The car endpoint, from outside of the cluster', () => {
  test('it is port 8080 of master-host, which tomcat-app publishes', async ({ lab }) => {
    const { tomcat } = await findWorkload(lab);
    const { address } = lab.machine('master-host');
    expect(lab.document.carEndpoint).toBe(
      `http://${address}:8080/rest-service-provider-1.0-SNAPSHOT/car/1`,
    );
    const { ports } = await tomcat.container.inspect();
    // Engines of today say it once for IPv4 and once for IPv6.
    expect(new Set(ports['8080/tcp']?.map(({ port }) => port))).toEqual(new Set([8080]));
  });

  test('car 1 comes with status 200, as application/json, exactly as the tutorial shows it', async ({
    lab,
  }) => {
    await findWorkload(lab);
    const answer = await ask(lab, '1');
    expect(answer.status, describeAnswer(answer)).toBe(200);
    expect(answer.contentType).toMatch(/^application\/json(;\s*charset=utf-8)?$/i);
    expect(answer.body).toBe(cruiser());
  });

  test('a car that is not in the database is answered with 404 and a JSON error', async ({
    lab,
  }) => {
    const { mysql } = await findWorkload(lab);
    const unknown = await queryDatabase(
      mysql.container,
      'SELECT COALESCE(MAX(car_id), 0) + 1 FROM car',
    );
    expectError(await ask(lab, unknown), 404);
  });

  test('an id that is no number is answered with 400 and a JSON error', async ({ lab }) => {
    await findWorkload(lab);
    for (const id of ['cruiser', '1x', '']) expectError(await ask(lab, id), 400);
  });

  test('a row that is changed in the database on worker-host changes the answer, and back', async ({
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

  // Longer than its waits in all, so that the one that hangs says what it saw.
  test('while mysqlserver is stopped it answers 503 with a JSON error, and recovers without a touch of tomcat-app', {
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

/** Asks once, and attaches the exchange. */
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

/** What changes when a container is made anew, or its program started anew. */
async function identify(container: Container) {
  const { id, startedAt, restartCount, pid } = await container.inspect();
  return { id, startedAt, restartCount, pid };
}

/**
 * Keeps another container on my-net on mysqlserver's host. When an engine's last one leaves an overlay, Docker before
 * 23.0 gives the thread that watched the network's namespace back to its pool as it is: still in that namespace. From
 * then on whatever happens to run on it, such as asking Consul at the next start, fails with «network is unreachable».
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
