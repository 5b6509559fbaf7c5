import { describe } from 'vitest';
import { byText, expect, networkNames, runIn, servicesOn, test } from './lab.ts';

describe('each task on a network resolves', () => {
  for (const network of networkNames) {
    test(`the names, aliases and tasks of all services on ${network}`, async ({ lab }) => {
      const here = await servicesOn(lab, network);
      const other = await servicesOn(lab, networkNames.find((name) => name !== network) ?? '');
      const names = here.flatMap(({ service, aliases, vip, taskAddresses }) => [
        ...[service, ...aliases].map((name) => ({
          name,
          addresses: vip === undefined ? taskAddresses : [vip],
        })),
        { name: `tasks.${service}`, addresses: taskAddresses },
      ]);
      const script = names
        .map(({ name }) => `echo "= ${name}"; getent ahostsv4 ${name} || :`)
        .join('\n');
      for (const { service, tasks } of here) {
        const isOnBoth = other.some((one) => one.service === service);
        for (const task of tasks) {
          const answers = readAnswers(await runIn(task, script));
          for (const { name, addresses } of names) {
            const found = answers.get(name) ?? [];
            // A name on both networks of a container resolves to the addresses on one of them.
            const elsewhere = isOnBoth ? addressesOf(name, other) : undefined;
            const isElsewhere = elsewhere !== undefined && String(found) === String(elsewhere);
            expect(found, `${name} in ${task.name} on ${task.machine}`).toEqual(
              isElsewhere ? elsewhere : addresses,
            );
          }
        }
      }
    });
  }
});

function addressesOf(
  name: string,
  services: Awaited<ReturnType<typeof servicesOn>>,
): readonly string[] | undefined {
  const service = services.find((one) => name === one.service || name === `tasks.${one.service}`);
  if (service === undefined) return undefined;
  const { vip, taskAddresses } = service;
  return vip === undefined || name.startsWith('tasks.') ? taskAddresses : [vip];
}

/** Returns the addresses of each name. */
function readAnswers(output: string): ReadonlyMap<string, readonly string[]> {
  const parts = output.split(/^= /m).slice(1);
  return new Map(
    parts.map((part) => {
      const [name = '', ...lines] = part.split('\n');
      const found = lines.flatMap((line) => /^(\S+)\s+STREAM/.exec(line)?.[1] ?? []);
      return [name, found.toSorted(byText)];
    }),
  );
}
