import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditCluster } from '../../helpers/check/audit.ts';
import { planFix } from '../../helpers/check/fix/fix-steps.ts';
import { runSteps } from '../../helpers/check/fix/run-steps.ts';
import type { AuditReport } from '../../helpers/check/model/report.ts';
import type { AuditTarget, Expectations } from '../../helpers/check/model/target.ts';
import { unpackPackages } from '../../helpers/debian/apt/archive.ts';
import { cached } from '../../helpers/debian/cache/cache.ts';
import { connectEngine } from '../../helpers/docker/engine.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { createUmlProvider } from '../../helpers/machine/uml/provider.ts';
import { readVariable } from '../../helpers/process/environment.ts';
import { allSettled } from '../../helpers/process/errors/harness-error.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { BUSYBOX, prepareBusyboxImage } from '../machine/busybox-image.ts';
import { swarmTarget } from '../swarm-mode/lab.ts';
import { guardStore } from '../machine/store-guard.ts';

export const names = ['one', 'two'] as const;
export type Node = (typeof names)[number];

/** Serves the name of its container, and ends on SIGTERM. */
const WEB = `busybox mkdir -p /www; busybox hostname >/www/index.html
trap 'exit 0' TERM; busybox httpd -f -p 80 -h /www & wait`;

/** Restarts the engine, and deletes the VXLAN devices that it may leave when it stops: all tests after it would fail. */
export const RESTART_CLEAN = `systemctl stop docker
for device in $(ip -o link show type vxlan | sed -n 's/^[0-9]*: \\(vx-[^:@]*\\).*/\\1/p'); do
  ip link delete "$device"
done
systemctl start docker`;

/** Two nodes with their own kernels, and services on them. */
export interface ServiceLab {
  readonly names: typeof names;
  /** Runs a script as root on a node, and returns its output. */
  readonly inside: (node: Node, script: string) => Promise<string>;
  /** The command `ipvsadm` in the load balancer of a network. */
  readonly ipvsadm: (network: string, words: string) => string;
  /** The command `perl`, which the machines do not have. */
  readonly perl: string;
  /** The namespace of the load balancer of a network; `ingress` for the routing mesh. */
  readonly sandbox: (network: string) => string;
  /** Returns the nodes that have tasks of `web`. */
  readonly nodesOfWeb: () => Promise<readonly Node[]>;
  /** The virtual address of `web` in the network `front`. */
  readonly address: () => string;
  readonly audit: (expectations?: Expectations) => Promise<AuditReport>;
  /** Runs all steps of `--fix`, as after a consent to each. Returns the codes of the steps that succeeded. */
  readonly fix: (report: AuditReport) => Promise<string[]>;
  readonly target: AuditTarget;
  /** Creates the services, and returns when they are complete. */
  readonly serve: () => Promise<void>;
  /** Removes the services, and returns when both nodes have removed their containers. */
  readonly clear: () => Promise<void>;
  /** Returns when all services have all tasks, and no update is running: it keeps some tasks until its end. */
  readonly settle: () => Promise<void>;
  /** Also waits until both nodes lead the published port into the routing mesh: a restarted engine does it later. */
  readonly recover: () => Promise<void>;
}

/** Returns a provider with its own state directory, and the function that removes the machines of the lab from it. */
export async function openServiceProvider(): Promise<{
  readonly provider: MachineProvider;
  readonly clear: () => Promise<void>;
}> {
  const store = await mkdtemp(join(tmpdir(), 'uml-services-'));
  guardStore(store);
  const provider = createUmlProvider({ store });
  const clear = async () => {
    await provider.remove(names);
    await provider.cleanUp();
    await rm(store, { recursive: true, force: true });
  };
  return { provider, clear };
}

/** Creates the machines, a swarm of them, and its services. The machines are left to the caller, also after an error. */
export async function openServiceLab(provider: MachineProvider): Promise<ServiceLab> {
  const images = [await prepareBusyboxImage()];
  const engineBundle = readVariable('E2E_ENGINE_BUNDLE') ?? '26.1.5';
  const [programs, perl] = await Promise.all([unpackIpvsadm(), unpackPerl()]);
  const machines = await allSettled(
    'create',
    names.map((name) => provider.create({ name, images, engineBundle })),
  );
  const inside = async (node: Node, script: string): Promise<string> =>
    (await provider.run(node, ['sh', '-ec', script], { limit: 180_000 })).stdout.trim();
  const [manager, worker] = machines.map((machine) => connectEngine(machine));
  if (manager === undefined || worker === undefined) throw new Error('a machine is missing');
  const { address } = manager.machine;
  await manager.swarm.init({ advertise: address });
  const { tokens } = await manager.swarm.inspect();
  const token = tokens.worker;
  await worker.swarm.join({
    advertise: worker.machine.address,
    manager: `${address}:2377`,
    token,
  });
  await inside('one', 'docker network create --driver overlay --subnet 10.30.0.0/24 front');
  const { id } = await manager.networks.inspect('front');
  const sandbox = (network: string) =>
    `/run/docker/netns/${network === 'ingress' ? 'ingress_sbox' : `lb_${id.slice(0, 9)}`}`;
  const settle = async () => {
    await waitFor(
      'all tasks run',
      async () => {
        // A global service does not count tasks that wait before they replace failed ones.
        const listed = await inside(
          'one',
          `docker service ls --format '{{.Replicas}}'
docker service inspect --format '{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}' $(docker service ls --quiet)
docker service ps --format '{{.DesiredState}}' $(docker service ls --quiet) | grep -x Ready || true`,
        );
        const states = listed.split('\n').filter((line) => line !== '');
        const open = states.filter((line) => !/^(?:(\d+)\/\1\b|completed$)/.test(line));
        // A manager believes that tasks run until the node of a restarted engine tells it.
        const tasks = states.reduce((sum, line) => sum + Number(/^\d+/.exec(line)?.[0] ?? 0), 0);
        const lists = await Promise.all(names.map((node) => inside(node, 'docker ps --quiet')));
        const running = lists.flatMap((list) => list.split('\n').filter((line) => line !== ''));
        return open.length === 0 && running.length === tasks
          ? done(undefined)
          : notYet(`${states.join(', ')}, ${running.length} containers`);
      },
      { limit: 120_000 },
    );
  };
  const recover = async () => {
    await settle();
    await waitFor(
      'both nodes have the rule of the published port',
      async () => {
        const rules = await Promise.all(
          names.map((node) => inside(node, 'iptables -t nat -S DOCKER-INGRESS || true')),
        );
        const lacking = names.filter((_, index) => !/--dport 8080 /.test(rules[index] ?? ''));
        return lacking.length === 0 ? done(undefined) : notYet(`not ${lacking.join(', ')}`);
      },
      { limit: 120_000 },
    );
  };
  let virtual = '';
  const serve = async () => {
    const web = '--replicas 2 --publish 8080:80';
    const create = 'docker service create --quiet --detach --no-resolve-image --network';
    const task = `${BUSYBOX} sh -c "${WEB}"`;
    await inside('one', `${create} name=front,alias=site --name web ${web} ${task}`);
    await inside('one', `${create} front --name api --mode global ${task}`);
    await settle();
    const { virtualAddresses } = await manager.services.inspect('web');
    virtual = virtualAddresses[id] ?? '';
  };
  const clear = async () => {
    await inside('one', 'docker service ls --quiet | xargs -r docker service rm');
    await waitFor(
      'no container is left',
      async () => {
        const left = await Promise.all(names.map((node) => inside(node, 'docker ps --quiet')));
        return left.every((one) => one === '') ? done(undefined) : notYet(left.join(', '));
      },
      { limit: 120_000 },
    );
  };
  await serve();
  const target = swarmTarget('services', { manager, worker });
  return {
    names,
    inside,
    serve,
    clear,
    nodesOfWeb: async () => {
      const ps = "docker ps --quiet --filter 'name=^web[.]'";
      const lists = await Promise.all(names.map((node) => inside(node, ps)));
      return names.filter((_, index) => lists[index] !== '');
    },
    address: () => virtual,
    perl,
    sandbox,
    settle,
    recover,
    ipvsadm: (network, words) =>
      `LD_LIBRARY_PATH=${programs}/usr/lib/x86_64-linux-gnu nsenter --net=${sandbox(network)} ${programs}/usr/sbin/ipvsadm ${words}`,
    audit: async (expectations = {}) =>
      await auditCluster({ ...target, expectations }, { limit: 180_000 }),
    fix: async (report) => {
      const hosts = [manager, worker].map((engine) => ({ name: engine.machine.name, engine }));
      const signal = AbortSignal.timeout(120_000);
      const options = { agree: async () => await Promise.resolve(true), say: () => {}, signal };
      const steps = await runSteps({ hosts }, planFix(report).steps, options);
      return steps.map(({ code }) => code);
    },
    target,
  };
}

async function unpackIpvsadm(): Promise<string> {
  const packages = ['ipvsadm', 'libnl-3-200', 'libnl-genl-3-200', 'libpopt0'];
  return await cached('spec-tools/ipvsadm-x64-1', 'ipvsadm for specs', async (into, report) => {
    await unpackPackages({ suite: 'trixie', packages, into, report });
  });
}

/** Returns the command line of Perl with its modules; its words contain no spaces. */
async function unpackPerl(): Promise<string> {
  const packages = ['perl-base', 'libcrypt1'];
  const folder = await cached('spec-tools/perl-x64-1', 'Perl for specs', async (into, report) => {
    await unpackPackages({ suite: 'trixie', packages, into, report });
  });
  const libraries = `${folder}/usr/lib/x86_64-linux-gnu`;
  return `env LD_LIBRARY_PATH=${libraries} PERL5LIB=${libraries}/perl-base ${folder}/usr/bin/perl`;
}
