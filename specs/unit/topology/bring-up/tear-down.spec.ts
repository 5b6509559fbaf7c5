import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test as base, describe, expect } from 'vitest';
import { createDockerMachineProvider } from '../../../../helpers/machine/docker-machine/provider.ts';
import { tearDown } from '../../../../helpers/topology/bring-up/tear-down.ts';

/** A fake docker-machine: it lists the machines of the state directory, and records the machines that it must remove. */
const fake = `#!/bin/sh
cd "$MACHINE_STORAGE_PATH" 2>/dev/null || exit 0
case $1 in
ls) for one in machines/*; do [ -d "$one" ] && printf 'machine:\\t%s\\tRunning\\t\\t\\n' "\${one#machines/}"; done; exit 0 ;;
rm) shift 2; echo "$*" >>"$MACHINE_STORAGE_PATH.removed"; for one; do rm -r "machines/$one"; done ;;
*) exit 1 ;;
esac
`;

const test = base.extend(
  'lab',
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  async ({}, { onCleanup }) => {
    const folder = mkdtempSync(join(tmpdir(), 'take-down-'));
    onCleanup(() => rmSync(folder, { recursive: true }));
    const command = join(folder, 'docker-machine');
    writeFileSync(command, fake);
    chmodSync(command, 0o755);
    const store = join(folder, 'store');
    const provider = createDockerMachineProvider({
      env: {
        PATH: process.env['PATH'],
        E2E_DOCKER_MACHINE: command,
        MACHINE_STORAGE_PATH: store,
      },
    });
    return {
      store,
      provider,
      write: (file: string, text = '') => {
        mkdirSync(dirname(join(store, file)), { recursive: true });
        writeFileSync(join(store, file), text);
      },
      removed: () => {
        const file = `${store}.removed`;
        return readdirSync(folder).includes('store.removed') ? readFileSync(file, 'utf8') : '';
      },
    };
  },
);

describe('a tear-down of machines in a state directory of docker-machine', () => {
  test("removes none of a user's machines, and reports a foreign directory", async ({ lab }) => {
    lab.write('machines/production/config.json');
    lab.write('certs/ca.pem');
    await expect(tearDown(lab.provider)).rejects.toThrow(
      /^clean up the state directory \S+: overlay-e2e did not create it, and it contains certs, machines. Set MACHINE_STORAGE_PATH to a new or an empty folder\.$/,
    );
    expect(lab.removed()).toBe('');
    expect(readdirSync(lab.store)).toEqual(['certs', 'machines']);
  });

  test('removes machines that were recorded before their creation, also after a dead claim', async ({
    lab,
  }) => {
    lab.write('.overlay-e2e');
    lab.write('claim.json', JSON.stringify({ pid: 4_194_304, born: '1', doing: 'bring up seed' }));
    lab.write('machines/production/config.json');
    lab.write('machines/master-host/config.json');
    lab.write('overlay-e2e/made/master-host');
    lab.write('overlay-e2e/made/gone-by-hand');
    expect(await tearDown(lab.provider)).toMatchObject({ machines: ['master-host'], others: [] });
    expect(lab.removed()).toBe('master-host\n');
    expect(readdirSync(lab.store).sort()).toEqual(['.overlay-e2e', 'machines']);
  });

  test('of an earlier version removes the machines in its document', async ({ lab }) => {
    const { store } = lab;
    const machines = [{ name: 'master-host' }];
    const document = { topology: 'seed', provider: 'docker-machine', store, machines };
    lab.write('topology.json', JSON.stringify(document));
    lab.write('machines/master-host/config.json');
    lab.write('machines/other/config.json');
    expect(await tearDown(lab.provider)).toMatchObject({ machines: ['master-host'] });
    expect(readdirSync(join(store, 'machines'))).toEqual(['other']);
    expect(readdirSync(store)).toEqual(['machines']);
  });

  test('of a missing state directory does not create it', async ({ lab }) => {
    expect(await tearDown(lab.provider)).toEqual({ machines: [], remains: [], others: [] });
    expect(readdirSync(dirname(lab.store))).toEqual(['docker-machine']);
  });
});
