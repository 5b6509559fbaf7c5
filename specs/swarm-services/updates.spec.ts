import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { firstCar } from '../../helpers/workload/car-service.ts';
import type { Task } from '../../helpers/spec/spec.ts';
import { swarmServices } from '../../helpers/topology/swarm-services.ts';
import { carPath, expect, machineNames, type ServiceName, type ServicesLab, test } from './lab.ts';
import { requestContinuously } from './request-continuously.ts';

test('A rolling update replaces all tasks, and loses no request on any machine', async ({
  lab,
  machine,
}) => {
  const service = lab.service('tomcat-app');
  const before = await service.tasks();
  const port = await service.publishedPort(8080);
  const urls = machineNames.map((name) => `http://${machine(name).address}:${port}${carPath}`);
  await using requests = requestContinuously(urls, firstCar);
  await requests.answered();

  const update = ['docker', 'service', 'update', '--quiet', '--force', 'tomcat-app'] as const;
  await machine('master-host').run(update, { limit: 480_000 });
  await waitForOldTasks(lab, before);
  await requests.answered();

  const after = await service.settled();
  const ids = new Set(before.map(({ hostname }) => hostname));
  expect(after.filter(({ hostname }) => ids.has(hostname))).toEqual([]);
  const { failures, answers } = await requests.stop();
  expect(failures).toEqual([]);
  for (const url of urls) expect(answers.get(url) ?? 0, url).toBeGreaterThan(2);
});

test('A drained machine loses its tasks, and gets those of global services back', async ({
  lab,
  machine,
}) => {
  const manager = lab.engine('master-host');
  const { id = '' } = (await lab.engine('spare-host').info()).swarmNode ?? {};
  const change = async (availability: 'drain' | 'active') =>
    await manager.nodes.update(id, { availability });
  const port = await lab.service('tomcat-app').publishedPort(8080);
  try {
    await change('drain');
    for (const { name } of swarmServices.services) {
      await waitForMachines(lab, name, (machines) => !machines.includes('spare-host'));
    }
    // A drained machine is still a part of the routing mesh.
    const url = `http://${machine('spare-host').address}:${port}${carPath}`;
    await waitForCar(url);
  } finally {
    await change('active');
  }
  const back = await waitForMachines(lab, 'node-name', (machines) =>
    machineNames.every((name) => machines.includes(name)),
  );
  const task = back.find((one) => one.machine === 'spare-host');
  if (task === undefined) throw new Error('a task on spare-host expected');
  await expect(task.container()).toResolve('tomcat-app');
  await expect(task.container()).toReach('mysqlserver', { port: 3306, within: 30 });
});

test('The cluster is healthy', async ({ check }) => {
  expect(await check.audit({ limit: 300_000 })).toBeHealthy();
});

/** Waits until the old tasks of a service have ended, which takes as long as they linger. */
async function waitForOldTasks(
  lab: ServicesLab,
  old: readonly { readonly hostname: string; readonly machine: string }[],
): Promise<void> {
  await waitFor(
    'the old tasks have ended',
    async () => {
      const running = await Promise.all(
        lab.hosts.map(async (engine) => await engine.containers.list({ quiet: true })),
      );
      const ids = running
        .flat()
        .filter(({ state }) => state === 'running')
        .map((one) => one.id.slice(0, 12));
      const left = old.filter(({ hostname }) => ids.includes(hostname));
      return left.length === 0 ? done(undefined) : notYet(`${left.length} run`);
    },
    { limit: 240_000, every: 1000 },
  );
}

/** Waits until all tasks of a service run, on machines as wanted, and returns them. */
async function waitForMachines(
  lab: ServicesLab,
  service: ServiceName,
  areWanted: (machines: readonly string[]) => boolean,
): Promise<readonly Task[]> {
  return await waitFor(
    `the tasks of ${service} have moved`,
    async () => {
      const tasks = await lab.service(service).settled();
      const machines = tasks.map(({ machine }) => machine);
      return areWanted(machines) ? done(tasks) : notYet(machines.join(', '));
    },
    { limit: 240_000, every: 1000 },
  );
}

async function waitForCar(url: string): Promise<void> {
  await waitFor(
    `${url} answers`,
    async () => {
      const response = await fetch(url, { signal: AbortSignal.timeout(20_000) });
      const body = await response.text();
      return body === firstCar ? done(undefined) : notYet(`${response.status}: ${body}`);
    },
    { limit: 120_000, every: 1000 },
  );
}
