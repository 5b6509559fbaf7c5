import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareBase } from '../../helpers/debian/images/base.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
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
    const overTls = await equipManager(lab, swarm.manager, file);
    await inside(lab, 'manager', prepareBare((await prepareBase()).root));
    await inside(lab, 'manager', 'docker network create --driver overlay --attachable shop');
    const container = `docker run --detach --network shop ${BUSYBOX} sleep 10000`;
    for (const machine of ['manager', 'worker']) await inside(lab, machine, container);
    return {
      ...swarm,
      overTls,
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

/**
 * Copies the executable and the certificates of a client to the manager. Returns the variables of a command line there
 * with which Docker's client reaches the engine over TLS.
 */
export async function equipManager(
  lab: NetnsLab,
  { machine: { certificates, address } }: Engine,
  file: string,
): Promise<string> {
  await inside(lab, 'manager', 'mkdir /root/certificates');
  const pems = ['ca', 'cert', 'key'].map((name) => join(certificates, `${name}.pem`));
  await copy(lab, file, `manager:${program}`);
  for (const pem of pems) await copy(lab, pem, 'manager:/root/certificates/');
  return `DOCKER_HOST=tcp://${address}:2376 DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=/root/certificates`;
}

/** Builds the image of the executable in that folder. Returns its archive. */
export async function buildImageOf(folder: string): Promise<string> {
  // Runs: npm run build:image
  await runCommand('npm', ['run', 'build:image', '--', folder], { cwd: root, limit: 120_000 });
  return join(folder, `overlay-e2e-image-${process.arch}.tar`);
}

/** Loads the image into the engine of a machine, with the command of docs/install.md. */
export async function loadImage(lab: NetnsLab, archive: string, machine: string): Promise<void> {
  await copy(lab, archive, `${machine}:/root/overlay-e2e-image-x64.tar`);
  // Runs: docker load --input overlay-e2e-image-x64.tar
  const line = 'cd /root; docker load --input overlay-e2e-image-x64.tar';
  const { exitCode, stdout, stderr } = await lab.inside(machine, line);
  if (exitCode !== 0 || stdout !== 'Loaded image: overlay-e2e:latest\n') {
    throw new Error(`${machine}: docker load: ${stdout}${stderr}`);
  }
}

async function copy(lab: NetnsLab, from: string, to: string): Promise<void> {
  const line = `netns-machine scp ${quoteForShell(from)} ${to}`;
  const { exitCode, stderr } = await lab.script(line);
  if (exitCode !== 0) throw new Error(stderr);
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
