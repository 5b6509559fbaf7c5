import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe } from 'vitest';
import { firstCar } from '../../helpers/workload/car-service.ts';
import { fetchText } from '../seed/fetch-text.ts';
import {
  answerOf,
  carPath,
  expect,
  machineNames,
  networkNames,
  requestLine,
  runIn,
  servicesOn,
  test,
} from './lab.ts';

describe('each task on a network gets an answer', () => {
  for (const network of networkNames) {
    test(`from each service on ${network}, at its virtual address and from each task`, async ({
      lab,
    }) => {
      const here = await servicesOn(lab, network);
      const requests = here.flatMap(({ service, tasks, vip }) => [
        ...(vip === undefined ? [] : [{ service, address: vip, tasks }]),
        ...tasks.map((task) => ({ service, address: task.addressOn(network), tasks: [task] })),
      ]);
      const script = requests
        .map(({ service, address }) => requestLine(service, address))
        .join('\n');
      for (const { tasks } of here) {
        for (const task of tasks) {
          const answers = (await runIn(task, `${script}\nexit 0`)).split('\n');
          for (const [at, { service, address, tasks: possible }] of requests.entries()) {
            const what = `${service} at ${address} from ${task.name} on ${task.machine}`;
            expect(answers[at], what).toMatch(answerOf(service, possible));
          }
        }
      }
    });
  }
});

test('Each machine answers on the port of the application, with the car from the database', async ({
  lab,
  machine,
}) => {
  const port = await lab.service('tomcat-app').publishedPort(8080);
  for (const name of machineNames) {
    const url = `http://${machine(name).address}:${port}${carPath}`;
    expect(await fetchText(url), name).toMatchObject({ status: 200, body: firstCar });
  }
});

test('Each machine answers on the port in mode host with its own task', async ({
  lab,
  machine,
}) => {
  const port = await lab.service('node-name').publishedPort(8081);
  for (const name of machineNames) {
    const { body } = await fetchText(`http://${machine(name).address}:${port}/`);
    expect(body).toBe(`${name}\n`);
  }
});

test('Each machine answers on the UDP port of the routing mesh, with a task on any machine', async ({
  lab,
  machine,
}) => {
  const service = lab.service('task-name');
  const port = await service.publishedPort(7, 'udp');
  const tasks = await service.tasks();
  for (const name of machineNames) {
    const answer = await exchange(machine(name).address, port);
    expect(answer, name).toMatch(answerOf('task-name', tasks));
  }
});

/** Sends a datagram, and returns the answer. */
async function exchange(address: string, port: number): Promise<string> {
  const socket = createSocket('udp4');
  try {
    const answered = once(socket, 'message', { signal: AbortSignal.timeout(20_000) });
    socket.send('\n', port, address);
    const [message] = (await answered) as [Buffer];
    return message.toString().trim();
  } finally {
    socket.close();
  }
}
