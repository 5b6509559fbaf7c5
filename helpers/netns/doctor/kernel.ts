import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { firstLine } from '../../process/errors/harness-error.ts';
import { runCommand } from '../../process/run-command.ts';
import { existingPart } from '../../process/files/file-system.ts';
import type { HostRelease } from '../../debian/apt/host-release.ts';
import { moduleCommand } from '../../debian/apt/install-advice.ts';
import { type Finding, fine, missing } from './host-finding.ts';

type Env = Readonly<Record<string, string>>;

/** Trials of kernel features. Each runs in new network and mount namespaces, so that nothing remains. */
const TRIES: readonly { subject: string; module: string; script: string }[] = [
  { subject: 'veth', module: 'veth', script: 'ip link add try0 type veth peer name try1' },
  { subject: 'bridge', module: 'bridge', script: 'ip link add try0 type bridge' },
  {
    subject: 'vxlan',
    module: 'vxlan',
    script: 'ip link set lo up; ip link add try0 type vxlan id 42 dstport 4789 dev lo',
  },
  {
    subject: 'overlayfs',
    module: 'overlay',
    script: 'cd "$1"; mkdir u w m; mount -t overlay -o lowerdir=/usr,upperdir=u,workdir=w try m',
  },
  {
    subject: 'iptables nat',
    module: 'iptable_nat nf_tables nft_chain_nat',
    script: 'iptables -t nat -A POSTROUTING -s 10.0.9.0/24 -j MASQUERADE',
  },
];

/** Tries the kernel features that machines need. */
export async function examineKernel(
  release: HostRelease,
  store: string,
  env: Env,
  features?: readonly string[],
): Promise<Finding[]> {
  const namespaces = await tryNamespaces(env);
  if (!namespaces.fine) return [namespaces];
  const tries = TRIES.filter(({ subject }) => features?.includes(subject) ?? true);
  const scratch = await mkdtemp(join(existingPart(store), '.overlay-e2e-doctor-'));
  try {
    const tried = await Promise.all(
      tries.map(async ({ subject, module, script }) => {
        const failure = await tryIn('--net --mount', script, scratch, env);
        return failure === undefined
          ? fine(subject, 'supported by the kernel')
          : missing(subject, failure, moduleCommand(release, module));
      }),
    );
    return [namespaces, ...tried];
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function tryNamespaces(env: Env): Promise<Finding> {
  const kinds = '--net --mount --uts --ipc --pid --cgroup --fork';
  const failure = await tryIn(kinds, 'mount -t tmpfs try /mnt || mount -t tmpfs try /tmp', '', env);
  if (failure === undefined) return fine('namespaces', 'this process can create all kinds');
  return missing(
    'namespaces',
    failure,
    'for a container, use --privileged; otherwise: sysctl -w user.max_net_namespaces=1000 user.max_mnt_namespaces=1000',
  );
}

/** Runs a script in new namespaces and returns the reason of its failure, if it fails. */
async function tryIn(
  kinds: string,
  script: string,
  folder: string,
  env: Env,
): Promise<string | undefined> {
  const args = [...kinds.split(' '), '--propagation', 'private', 'sh', '-euc', script, 'try'];
  const { exitCode, stderr } = await runCommand('unshare', [...args, folder], {
    env,
    limit: 60_000,
    expect: 'any',
    title: `try: ${script}`,
  }).catch((error: unknown) => ({ exitCode: 1, stderr: firstLine(error) }));
  if (exitCode === 0) return undefined;
  return stderr.trim().split('\n').at(-1) || `exit code ${exitCode}`;
}
