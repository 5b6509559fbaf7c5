import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareBase } from '../../helpers/debian/images/base.ts';
import type { CommandResult } from '../../helpers/process/run-command.ts';
import { quoteForShell, runCommand } from '../../helpers/process/run-command.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';
import { type NetnsLab, openNetnsLab, setUpIn } from '../machine/netns-lab.ts';
import { bringUpSwarm, type SwarmLab, ENGINE } from '../swarm-mode/lab.ts';

const root = join(import.meta.dirname, '../..');

/** Builds the executables into a temporary folder. */
export async function buildExecutables(
  onCleanup: (clean: () => void) => void,
  processors: readonly string[] = [],
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'overlay-e2e-executables-'));
  onCleanup(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  // Runs: npm run build:executable
  const script = ['run', 'build:executable', '--', folder, ...processors];
  await runCommand('npm', script, { cwd: root, limit: 240_000 });
  return folder;
}

/** A swarm of two nodes with a network, a container on each node, and the executable on the manager. */
export interface ExecutableLab extends SwarmLab {
  /** Variables of a command line on the manager with which Docker's client reaches the engine over TLS. */
  readonly overTls: string;
  /** Runs a command line on the manager where nothing is installed but bash and busybox. */
  bare(line: string): Promise<CommandResult>;
  /** Runs a command line on the manager, which has Docker's client. */
  onManager(line: string): Promise<CommandResult>;
  /** Drops the worker's VXLAN packets until `onCleanup`. */
  dropVxlan(onCleanup: (clean: () => Promise<void>) => void): Promise<void>;
}

/** The path of the executable on the manager, and in its bare root. */
export const program = '/usr/local/bin/overlay-e2e';

/** Creates a swarm by hand, and a root folder without Node.js and without Debian's tools on its manager. */
export async function openExecutableLab(
  file: string,
  onCleanup: (clean: () => Promise<void>) => void,
): Promise<ExecutableLab> {
  const lab = await openNetnsLab();
  onCleanup(() => lab[Symbol.asyncDispose]());
  return await setUpIn(lab, async () => {
    const swarm = await bringUpSwarm(lab, ENGINE);
    const { certificates, address } = swarm.manager.machine;
    await inside(lab, 'manager', 'mkdir /root/certificates');
    const pems = ['ca', 'cert', 'key'].map((name) => join(certificates, `${name}.pem`));
    for (const [from, to] of [
      [file, program],
      ...pems.map((pem) => [pem, '/root/certificates/']),
    ]) {
      const { exitCode, stderr } = await lab.script(
        `netns-machine scp ${quoteForShell(from ?? '')} manager:${to}`,
      );
      if (exitCode !== 0) throw new Error(stderr);
    }
    await inside(lab, 'manager', prepareBare((await prepareBase()).root));
    await inside(lab, 'manager', 'docker network create --driver overlay --attachable shop');
    const container = `docker run --detach --network shop ${BUSYBOX} sleep 10000`;
    for (const machine of ['manager', 'worker']) await inside(lab, machine, container);
    return {
      ...swarm,
      overTls: `DOCKER_HOST=tcp://${address}:2376 DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=/root/certificates`,
      bare: async (line) => {
        const clean = 'env -i PATH=/usr/local/bin:/usr/bin HOME=/root';
        return await lab.inside('manager', `chroot /bare ${clean} sh -c ${quoteForShell(line)}`);
      },
      onManager: async (line) => await lab.inside('manager', line),
      dropVxlan: async (undo) => {
        const rule = 'INPUT --protocol udp --dport 4789 --jump DROP';
        undo(async () => {
          await inside(lab, 'worker', `iptables --delete ${rule}`);
        });
        await inside(lab, 'worker', `iptables --insert ${rule}`);
      },
    };
  });
}

/** busybox contains a dpkg as well. */
function prepareBare(base: string): string {
  return `
    set -eu
    mkdir /bare
    cp -a ${quoteForShell(base)}/. /bare
    cd /bare
    rm -f usr/bin/dpkg* usr/bin/tar usr/bin/ar
    cp ${program} usr/local/bin/
    cp -a /root/certificates root/
    ln -s ../run var/run
    ln -s overlay-e2e usr/local/bin/netns-machine
    mount -t proc proc proc
    mount --rbind /dev dev
    touch run/docker.sock
    mount --bind /run/docker.sock run/docker.sock`;
}

async function inside(lab: NetnsLab, machine: string, line: string): Promise<void> {
  const { exitCode, stderr } = await lab.inside(machine, line);
  if (exitCode !== 0) throw new Error(`${machine}: ${line}: ${stderr}`);
}
