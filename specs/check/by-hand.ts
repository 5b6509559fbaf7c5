import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { test as base } from 'vitest';
import type { Machine } from '../../helpers/machine/machine.ts';
import { cacheFolder } from '../../helpers/debian/cache/cache.ts';
import { prepareEngineBundle } from '../../helpers/debian/engines/engine-bundle.ts';
import { findProgram } from '../../helpers/process/files/find-program.ts';
import { quoteForShell, runCommand } from '../../helpers/process/run-command.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { BUSYBOX, prepareBusyboxImage } from '../machine/busybox-image.ts';
import { letIn, USER } from '../machine/generic-hosts/generic-hosts.ts';
import { type NetnsLab, openNetnsLab, setUpIn } from '../machine/netns-lab.ts';
import {
  type Ended,
  overlayCommand,
  startCommand,
  type StartedCommand,
} from '../topology/command.ts';

export { expect } from 'vitest';

/** A current release. */
const ENGINE = '26.1.5';

/** The data path port of this swarm. The default is 4789. */
export const VXLAN_PORT = 5789;

/** The objects that `overlay-e2e check` must leave unchanged. */
const inventory = [
  'docker ps --all --no-trunc --format "{{.ID}} {{.Names}} {{.Image}} {{.State}}"',
  'docker images --all --no-trunc --format "{{.ID}} {{.Repository}}:{{.Tag}}"',
  'docker network ls --no-trunc --format "{{.ID}} {{.Name}}"',
  'docker volume ls --format "{{.Name}}"',
].join('; ');

/** A two-host cluster that was created with docker commands only, and the computer of a user. */
export interface ByHand extends NetnsLab {
  readonly web: Machine;
  readonly db: Machine;
  /** The home folder of the user's computer, with certificates, contexts and files. */
  readonly home: string;
  /** The ID of the overlay network. */
  readonly networkId: string;
  /** Writes a file to the user's folder, with the hosts' real addresses. */
  write(name: string, text: string): Promise<void>;
  /** Starts a command of the user, in which `10.0.0.1` and `10.0.0.2` are the hosts. */
  start(line: string): StartedCommand;
  /** Runs a command to its end. */
  type(line: string): Promise<Ended>;
  /** Returns all objects that Docker has on both hosts. */
  takeInventory(): Promise<string[]>;
  /**
   * Makes web's kernel forward traffic for mysqlserver to an unused address. Returns the beginning of the correct
   * entry.
   */
  misdirectEntry(): Promise<string>;
  /** Restores the correct entry. */
  restoreEntry(): Promise<void>;
  /** Runs a program in the namespace of the overlay network on a host. */
  inOverlay(host: string, program: string): Promise<string>;
}

export const test = base.extend(
  'cluster',
  { scope: 'file' },
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  async ({}, { onCleanup }): Promise<ByHand> => {
    const lab = await openNetnsLab();
    const started: StartedCommand[] = [];
    onCleanup(async () => {
      for (const { signal } of started) signal('SIGKILL', 'group');
      await Promise.all(started.map(({ ended }) => ended));
      await lab[Symbol.asyncDispose]();
    });
    return await setUpIn(lab, () => bringUpByHand(lab, started));
  },
);

/** @param started the running commands, which end with the cluster */
async function bringUpByHand(lab: NetnsLab, started: StartedCommand[]): Promise<ByHand> {
  const images = [await prepareBusyboxImage()];
  const create = async (name: string) =>
    await lab.provider.create({ name, images, engineBundle: ENGINE });
  const made = [create('web'), create('db')] as const;
  await Promise.allSettled(made);
  const [web, db] = await Promise.all(made);
  const run = async (host: string, line: string) => {
    const { stdout } = await lab.provider.run(host, ['sh', '-ec', line]);
    return stdout.trim();
  };
  const home = join(dirname(lab.folder), 'home');
  await keepCertificates(lab, home);
  const readied = [
    makeCluster(run, web),
    keepContexts(home, [web, db]),
    ...(findProgram('ssh') === undefined ? [] : [giveSsh(lab, home, [web, db])]),
  ] as const;
  await Promise.allSettled(readied);
  const [networkId] = await Promise.all(readied);
  const inOverlay = async (host: string, program: string) => {
    const file = `/run/docker/netns/*-${networkId.slice(0, 10)}`;
    return await run(host, `nsenter --net=$(ls ${file}) ${program}`);
  };
  const hosts = { '10.0.0.1': web, '10.0.0.2': db };
  const shell = openShell(home, lab.folder, hosts);
  const start = (line: string) => {
    const command = shell(line);
    started.push(command);
    return command;
  };
  const forward = async (destination: string) => {
    const template = '{{(index .NetworkSettings.Networks "my-net").MacAddress}}';
    const mac = await run('db', `docker inspect --format '${template}' mysqlserver`);
    const entry = `${mac} dev vxlan0 dst ${destination} self permanent`;
    await inOverlay('web', `bridge fdb replace ${entry}`);
    return mac;
  };
  return {
    ...lab,
    web,
    db,
    home,
    networkId,
    write: async (name, text) => await writeFile(join(home, name), meanHosts(text, hosts)),
    start,
    type: async (line) => await start(line).ended,
    takeInventory: async () =>
      await Promise.all(['web', 'db'].map(async (host) => await run(host, inventory))),
    misdirectEntry: async () => {
      const mac = await forward(web.address.replace(/\d+$/, '250'));
      return `${mac} dst ${db.address}`;
    },
    restoreEntry: async () => {
      await forward(db.address);
    },
    inOverlay,
  };
}

type Run = (host: string, line: string) => Promise<string>;

/** Creates the cluster as in Docker's tutorial. Returns the ID of the network. */
async function makeCluster(run: Run, web: Machine): Promise<string> {
  await run(
    'web',
    `docker swarm init --advertise-addr ${web.address} --data-path-port ${VXLAN_PORT}`,
  );
  const token = await run('web', 'docker swarm join-token --quiet worker');
  await run('db', `docker swarm join --token ${token} ${web.address}:2377`);
  const overlay = '--driver overlay --attachable --subnet 10.0.9.0/24';
  const networkId = await run('web', `docker network create ${overlay} my-net`);
  const begin = 'docker run --detach --network my-net';
  await run('db', `${begin} --name mysqlserver ${BUSYBOX} sleep 1000000`);
  const serve = 'mkdir /www; echo a car >/www/index.html; exec httpd -f -h /www';
  await run('web', `${begin} --name tomcat-app --publish 8080:80 ${BUSYBOX} sh -c '${serve}'`);
  const meeting = 'docker exec tomcat-app ping -c 1 -W 1 mysqlserver';
  await waitFor(
    'tomcat-app reaches mysqlserver, and the user reaches tomcat-app',
    async () => {
      const said = await run('web', `${meeting} 2>&1 || true`);
      if (!said.includes(' 1 packets received')) return notYet(said);
      const { status } = await fetch(`http://${web.address}:8080/`);
      return status === 200 ? done(undefined) : notYet(`${status}`);
    },
    { limit: 60_000 },
  );
  return networkId;
}

/** Copies the certificates to the default folder of the docker client and next to the user's file. */
async function keepCertificates({ folder }: NetnsLab, home: string): Promise<void> {
  for (const into of ['.docker', 'certs']) {
    await mkdir(join(home, into), { recursive: true });
    for (const name of ['ca.pem', 'cert.pem', 'key.pem']) {
      await copyFile(join(folder, 'certs', name), join(home, into, name));
    }
  }
}

/** Writes contexts as the user's docker command does. */
async function keepContexts(home: string, machines: readonly Machine[]): Promise<void> {
  const { env } = await prepareEngineBundle(ENGINE);
  const config = join(home, '.docker');
  for (const { name, url } of machines) {
    const tls = ['ca', 'cert', 'key'].map((file) => `${file}=${config}/${file}.pem`).join(',');
    const words = ['--config', config, 'context', 'create', name];
    await runCommand('docker', [...words, '--docker', `host=${url},${tls}`], { env });
  }
}

/** Starts an sshd on each host and writes an `ssh` configuration with their keys. */
async function giveSsh(
  { provider }: NetnsLab,
  home: string,
  machines: readonly Machine[],
): Promise<void> {
  const folder = join(home, '.ssh');
  await mkdir(folder, { recursive: true });
  const hosts = await Promise.all(
    machines.map(async ({ name, address }) => {
      const keyFile = join(folder, `${name}.key`);
      await letIn(provider, name, keyFile);
      const { stdout: hostKey } = await provider.run(name, ['cat', '/etc/ssh/host_key.pub']);
      return { address, keyFile, hostKey };
    }),
  );
  const [first, second] = hosts;
  const address = first?.address ?? '';
  const known = hosts.map((host) => `${host.address} ${host.hostKey}`).join('');
  await writeFile(join(folder, 'known_hosts'), known);
  // Host names for tests of ssh errors: one has another key in known_hosts, one is not in it.
  await writeFile(join(folder, 'changed'), `${address} ${second?.hostKey ?? ''}`);
  await writeFile(join(folder, 'unknown'), '');
  const config = [
    ...['changed', 'unknown'].map(
      (name) => `Host ${name}\n HostName ${address}\n UserKnownHostsFile ${folder}/${name}`,
    ),
    `Host *\n IdentitiesOnly yes\n UserKnownHostsFile ${folder}/known_hosts`,
    ...hosts.map((host) => `Host ${host.address}\n User ${USER}\n IdentityFile ${host.keyFile}`),
  ];
  await writeFile(join(folder, 'config'), `${config.join('\n')}\n`);
  // ssh finds its configuration by the account, not by HOME. This configuration replaces that of the account.
  const bin = join(home, 'bin');
  await mkdir(bin, { recursive: true });
  const script = `#!/bin/sh\nexec ${findProgram('ssh')} -F ${folder}/config "$@"\n`;
  await writeFile(join(bin, 'ssh'), script, { mode: 0o755 });
}

const root = resolve(import.meta.dirname, '../..');

/**
 * Opens a shell on the user's computer. In its commands, 10.0.0.1, 10.0.0.2 and `me` stand for the hosts and their
 * account.
 */
function openShell(
  home: string,
  store: string,
  hosts: Readonly<Record<string, Machine>>,
): (line: string) => StartedCommand {
  const env = {
    PATH: `${join(home, 'bin')}:${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
    HOME: home,
    XDG_CACHE_HOME: resolve(cacheFolder(), '..'),
    NO_COLOR: '1',
    E2E_PROVIDER: 'netns',
    MACHINE_STORAGE_PATH: store,
  };
  return (line) => {
    const meant = meanHosts(line, hosts).replace(/^npx overlay-e2e/, quoteForShell(overlayCommand));
    return startCommand('sh', ['-c', `cd ${quoteForShell(home)}; exec ${meant}`], env);
  };
}

function meanHosts(text: string, hosts: Readonly<Record<string, Machine>>): string {
  return Object.entries(hosts).reduce(
    (all, [written, { address }]) => all.replaceAll(written, address),
    text.replaceAll('me@', `${USER}@`),
  );
}
