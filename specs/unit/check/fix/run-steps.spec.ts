import { expect, test } from 'vitest';
import type { Command } from '../../../../helpers/check/model/command.ts';
import { runStepsWith } from '../../../../helpers/check/fix/run-steps.ts';
import type { FixStep } from '../../../../helpers/check/fix/fix-steps.ts';

const up: Command = ['ip', 'link', 'set', 'vxlan0', 'up'];
const neigh: Command = ['ip', 'neigh', 'replace', '10.0.9.3', 'dev', 'vxlan0'];
const last: Command = ['bridge', 'fdb', 'replace', '02:42:0a:00:09:03', 'dev', 'vxlan0'];

const step: FixStep = {
  code: 'network-differs',
  host: 'master-host',
  namespace: { overlay: 'bfd9d4176f01' },
  commands: [],
  effect: 'Sets vxlan0 up again.',
  restores: [up, neigh, last],
  inverse: [
    ['bridge', 'fdb', 'del', '02:42:0a:00:09:03', 'dev', 'vxlan0'],
    ['ip', 'neigh', 'del', '10.0.9.3', 'dev', 'vxlan0'],
    ['ip', 'link', 'set', 'vxlan0', 'down'],
  ],
};

/** Runs the step on a host on which commands succeed up to this one. Returns the steps that are done, and all commands. */
async function runUntil(failing: Command | undefined) {
  const told: string[] = [];
  const ran: string[] = [];
  const done = await runStepsWith(
    {
      run: async (_host, _network, commands) => {
        const until = failing === undefined ? -1 : commands.indexOf(failing);
        const succeeded = until < 0 ? commands : commands.slice(0, until);
        ran.push(...succeeded.map((words) => words.join(' ')));
        return await Promise.resolve({
          failure: until < 0 ? undefined : 'RTNETLINK answers: No such device',
          ran: succeeded.length,
        });
      },
    },
    [step],
    { agree: async () => await Promise.resolve(true), say: (line) => told.push(line) },
  );
  return { done, ran, told };
}

test('A step that fails after its second command is undone from there, the last command first', async () => {
  const { done, ran, told } = await runUntil(last);
  expect(done).toEqual([]);
  expect(ran).toEqual([
    up.join(' '),
    neigh.join(' '),
    'ip neigh del 10.0.9.3 dev vxlan0',
    'ip link set vxlan0 down',
  ]);
  expect(told.slice(1)).toEqual([
    '  failed: RTNETLINK answers: No such device',
    '  undo the commands that succeeded: ip neigh del 10.0.9.3 dev vxlan0 && ip link set vxlan0 down',
    '  done',
  ]);
});

test('A step whose first command fails, or none, has nothing to undo', async () => {
  expect(await runUntil(up)).toMatchObject({ done: [], ran: [] });
  const { done, ran } = await runUntil(undefined);
  expect(done).toEqual([step]);
  expect(ran).toHaveLength(3);
});
